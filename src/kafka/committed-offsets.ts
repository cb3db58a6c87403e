import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import { all } from "../runtime/all.ts";
import { steadyClock } from "../runtime/clock.ts";
import { createCluster } from "./kafkajs-cluster.ts";
import type { KafkajsCluster } from "./kafkajs-cluster.ts";
import { fetchOffsets, UnstableOffset } from "./offset-fetch.ts";
import type { FetchedOffset, OffsetFetch } from "./offset-fetch.ts";
import { patiently } from "./patience.ts";
import { isCoordinatorMoving } from "./refusal-types.ts";

/** An offset that is committed, and what was noted with it. */
export interface NotedOffset {
  readonly offset: number;
  readonly metadata: string;
}

/** What a group has committed of a topic, by partition. */
export type NotedOffsets = ReadonlyMap<number, NotedOffset>;

/** Whose offsets are asked for, and of what. */
export interface Asked {
  readonly groupIds: readonly string[];
  readonly topic: string;
  /** All of them when left out. */
  readonly partitions?: readonly number[];
  /**
   * Waits for transactions to be settled. A coordinator may answer with what was there before a transaction that its
   * producer knows as committed: whoever goes on from there does again what is done.
   */
  readonly requireStable: boolean;
  readonly signal?: AbortSignal;
}

/** How many groups are asked for at a time. */
const atOnce = 20;

/** Asks the group's coordinator, whichever broker that is by now. */
export async function askCoordinator(
  cluster: KafkajsCluster,
  wanted: OffsetFetch,
): Promise<readonly FetchedOffset[]> {
  return patiently(
    steadyClock,
    async () =>
      fetchOffsets(await cluster.findGroupCoordinator({ groupId: wanted.groupId }), wanted),
    (error) => error instanceof UnstableOffset || isCoordinatorMoving(error),
  );
}

/**
 * What groups have committed of a topic, by group; begins to ask for no more once `signal` is aborted, and rejects with
 * its reason. Of the cluster's topics this one alone is looked at: another that is not well must not keep anybody from
 * their offsets, as kafkajs's admin client would. Rejects with TOPIC_MISSING.
 */
export async function committedOffsetsOfAll(
  kafka: Kafka,
  { groupIds, topic, partitions, requireStable, signal }: Asked,
): Promise<ReadonlyMap<string, NotedOffsets>> {
  const cluster = createCluster(kafka);
  const byGroup = new Map<string, NotedOffsets>();
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const known = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
    if (known.length === 0) throw new OnhookError("TOPIC_MISSING", { topic });
    const left = groupIds.values();
    const askSome = async (): Promise<void> => {
      for (const groupId of left) {
        signal?.throwIfAborted();
        const wanted = { groupId, topic, partitions: partitions ?? known, requireStable };
        const committed = (await askCoordinator(cluster, wanted))
          .filter(({ offset }) => offset >= 0)
          .map(({ partition, offset, metadata }) => [partition, { offset, metadata }] as const);
        byGroup.set(groupId, new Map(committed));
      }
    };
    await all(Array.from({ length: Math.min(atOnce, groupIds.length) }, askSome));
    return byGroup;
  } finally {
    await cluster.disconnect();
  }
}

/** What a group has committed of a topic, as far as its coordinator knows now. */
export async function committedOffsets(
  kafka: Kafka,
  groupId: string,
  topic: string,
): Promise<NotedOffsets> {
  const asked = { groupIds: [groupId], topic, requireStable: false };
  return (await committedOffsetsOfAll(kafka, asked)).get(groupId) ?? new Map();
}
