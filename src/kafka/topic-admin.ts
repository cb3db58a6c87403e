import kafkajs from "kafkajs";
import type { Admin, Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import { withAdmin } from "./with-admin.ts";

/** What a topic should be, and what of it is set at its creation. */
export interface TopicDefinition {
  readonly topic: string;
  readonly partitions: number;
  /** Topic settings by Kafka's names, for example `cleanup.policy`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What a topic is. */
export interface ExistingTopic {
  readonly topic: string;
  readonly partitions: number;
  /** Copies of the partition that has the fewest. */
  readonly replicas: number;
  readonly settings: Readonly<Record<string, string>>;
}

export interface TopicAdmin {
  /** Those of the topics that exist, with the settings asked for. */
  describe(
    topics: readonly string[],
    settings: readonly string[],
  ): Promise<readonly ExistingTopic[]>;
  /**
   * Creates topics that do not exist and waits until each has a leader. `replicationFactor` -1: the brokers' default.
   * Rejects with TOPICS_PENDING when that takes too long.
   */
  create(topics: readonly TopicDefinition[], replicationFactor: number): Promise<void>;
}

async function describe(
  admin: Admin,
  topics: readonly string[],
  names: readonly string[],
): Promise<ExistingTopic[]> {
  const known = new Set(await admin.listTopics());
  const existing = topics.filter((topic) => known.has(topic));
  if (existing.length === 0) return [];
  const metadata = await admin.fetchTopicMetadata({ topics: existing });
  const { TOPIC } = kafkajs.ConfigResourceTypes;
  const resources = existing.map((name) => ({ type: TOPIC, name, configNames: [...names] }));
  const described = await admin.describeConfigs({ resources, includeSynonyms: false });
  const settings = new Map(
    described.resources.map((resource) => [
      resource.resourceName,
      Object.fromEntries(
        resource.configEntries.map((entry) => [entry.configName, entry.configValue]),
      ),
    ]),
  );
  return metadata.topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.length,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    settings: settings.get(name) ?? {},
  }));
}

/** How long the brokers may take to create topics, and then until each of them is known, in ms. */
const patienceMs = 20_000;
const lookAgainMs = 50;

/**
 * A topic is created before the broker that is asked next has heard of it. kafkajs's own wait for leaders takes that
 * for a failure: UNKNOWN_TOPIC_OR_PARTITION.
 */
async function untilKnown(admin: Admin, topics: readonly string[], clock: Clock): Promise<void> {
  const giveUpAt = clock.now() + patienceMs;
  for (;;) {
    const known = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !known.has(topic));
    if (missing.length === 0) break;
    if (clock.now() >= giveUpAt)
      throw new OnhookError("TOPICS_PENDING", { topics: missing.join(", ") });
    await pause(clock, lookAgainMs);
  }
  // Waits for leaders by itself.
  await admin.fetchTopicMetadata({ topics: [...topics] });
}

export function createTopicAdmin(kafka: Kafka, clock: Clock): TopicAdmin {
  return {
    describe: (topics, settings) => withAdmin(kafka, (admin) => describe(admin, topics, settings)),
    create: (topics, replicationFactor) =>
      withAdmin(kafka, async (admin) => {
        await admin.createTopics({
          waitForLeaders: false,
          timeout: patienceMs,
          topics: topics.map(({ topic, partitions, settings }) => ({
            topic,
            numPartitions: partitions,
            replicationFactor,
            configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
          })),
        });
        const names = topics.map(({ topic }) => topic);
        await untilKnown(admin, names, clock);
      }),
  };
}
