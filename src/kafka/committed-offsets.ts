import type { Kafka } from "kafkajs";
import { pause, steadyClock } from "../runtime/clock.ts";
import { createCluster } from "./kafkajs-cluster.ts";
import type { KafkajsBroker, KafkajsCluster } from "./kafkajs-cluster.ts";
import { isCoordinatorMoving } from "./refusal-types.ts";

/** An offset that is committed, and what was noted with it. */
export interface NotedOffset {
  readonly offset: number;
  readonly metadata: string;
}

/** What a group has committed of a topic, by partition. */
export type NotedOffsets = ReadonlyMap<number, NotedOffset>;

/** How many groups are asked for at a time. */
const atOnce = 20;

/** A coordinator's first request may come before it has taken over, as in a cluster that has never had a group. */
const movingMs = 50;
const maxTries = 100;

async function ask(
  cluster: KafkajsCluster,
  groupId: string,
  topics: readonly object[],
): ReturnType<KafkajsBroker["offsetFetch"]> {
  for (let tries = 1; ; tries += 1) {
    try {
      const coordinator = await cluster.findGroupCoordinator({ groupId });
      return await coordinator.offsetFetch({ groupId, topics });
    } catch (error) {
      if (!isCoordinatorMoving(error) || tries >= maxTries) throw error;
      await pause(steadyClock, movingMs);
    }
  }
}

/**
 * What groups have committed of a topic, by group; begins to ask for no more once `signal` is aborted, and rejects with
 * its reason. Of the cluster's topics this one alone is looked at: another that is not well must not keep anybody from
 * their offsets, as kafkajs's admin client would.
 */
export async function committedOffsetsOfAll(
  kafka: Kafka,
  groupIds: readonly string[],
  topic: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, NotedOffsets>> {
  const cluster = createCluster(kafka);
  const byGroup = new Map<string, NotedOffsets>();
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const partitions = cluster
      .findTopicPartitionMetadata(topic)
      .map(({ partitionId: partition }) => ({ partition }));
    const left = groupIds.values();
    const askSome = async (): Promise<void> => {
      for (const groupId of left) {
        signal?.throwIfAborted();
        const { responses } = await ask(cluster, groupId, [{ topic, partitions }]);
        const committed = responses
          .flatMap((response) => response.partitions)
          .filter(({ offset }) => Number(offset) >= 0)
          .map(({ partition, offset, metadata }) => {
            const noted = { offset: Number(offset), metadata: metadata ?? "" };
            return [partition, noted] as const;
          });
        byGroup.set(groupId, new Map(committed));
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, groupIds.length) }, askSome));
    return byGroup;
  } finally {
    await cluster.disconnect();
  }
}

/** What a group has committed of a topic. */
export async function committedOffsets(
  kafka: Kafka,
  groupId: string,
  topic: string,
): Promise<NotedOffsets> {
  return (await committedOffsetsOfAll(kafka, [groupId], topic)).get(groupId) ?? new Map();
}
