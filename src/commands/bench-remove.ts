import type { Connections } from "../app/connections.ts";
import { ownGroups } from "../benchmark/own-settings.ts";
import type { Config } from "../config.ts";
import { removeGroups, removeTopics } from "../kafka/clean-up.ts";
import type { Left } from "../kafka/clean-up.ts";
import { steadyClock } from "../runtime/clock.ts";
import { subjectOf, wantedTopics } from "../wanted-topics.ts";

/** How long brokers may take to delete topics, in ms. */
const topicPatienceMs = 30_000;
/** How long they may take to miss a member beyond its session, in ms. */
const groupPatienceMs = 10_000;

async function removeSubjects(
  config: Config,
  { registry }: Pick<Connections, "registry">,
): Promise<readonly Left[]> {
  const left: Left[] = [];
  for (const { topic, record } of wantedTopics(config)) {
    if (record === "bytes as read") continue;
    const name = subjectOf(topic);
    try {
      await registry.remove(name);
    } catch (error) {
      left.push({ name, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  return left;
}

/**
 * Deletes the topics of these settings, the groups of this prefix, and the topics' subjects. Resolves with what could not be
 * deleted, each with its kind; never rejects.
 */
export async function removeGround(
  config: Config,
  prefix: string,
  { kafka, registry }: Pick<Connections, "kafka" | "registry">,
): Promise<readonly Left[]> {
  const patienceMs = config.kafka.sessionTimeoutMs + groupPatienceMs;
  const groups = { names: Object.values(ownGroups(prefix)), patienceMs };
  const names = wantedTopics(config).map(({ topic }) => topic);
  const topics = { names, patienceMs: topicPatienceMs };
  const kind = (what: string, left: readonly Left[]): Left[] =>
    left.map(({ name, problem }) => ({ name: `${what} ${name}`, problem }));
  return [
    ...kind("group", await removeGroups(kafka, groups, steadyClock)),
    ...kind("topic", await removeTopics(kafka, topics, steadyClock)),
    ...kind("subject", await removeSubjects(config, { registry })),
  ];
}
