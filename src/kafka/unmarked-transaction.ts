import type { Kafka } from "kafkajs";
import { steadyClock } from "../runtime/clock.ts";
import { describeTransaction } from "./describe-transaction.ts";
import { createCluster } from "./kafkajs-cluster.ts";
import type { KafkajsBroker, KafkajsCluster } from "./kafkajs-cluster.ts";
import { patiently } from "./patience.ts";
import { isCoordinatorMoving, isOfNoTopic } from "./refusal-types.ts";

/** Whose last transaction it is, and all that it may have written to. */
export interface LastTransaction {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  /** Groups whose offsets it may have committed. */
  readonly groupIds: readonly string[];
  readonly topics: readonly string[];
}

/** A transaction is not over yet: ask again. */
class NotOver extends Error {}

const decided: ReadonlySet<string | null> = new Set(["CompleteCommit", "CompleteAbort"]);

/** All partitions of the topics that there are. */
async function partitionsOf(
  cluster: KafkajsCluster,
  topics: readonly string[],
): Promise<{ readonly topic: string; readonly partitions: readonly number[] }[]> {
  const found = [];
  for (const topic of topics) {
    try {
      await cluster.addTargetTopic(topic);
    } catch (error) {
      // Nothing was written to a topic that is not there.
      if (!isOfNoTopic(error)) throw error;
      continue;
    }
    const partitions = cluster.findTopicPartitionMetadata(topic);
    found.push({ topic, partitions: partitions.map(({ partitionId }) => partitionId) });
  }
  return found.filter(({ partitions }) => partitions.length > 0);
}

/** Ends a transaction that holds nothing of its own, with the end of the one before, everywhere. */
async function endAgain(
  cluster: KafkajsCluster,
  coordinator: KafkajsBroker,
  state: string,
  { transactionalId, transactionTimeoutMs, groupIds, topics }: LastTransaction,
): Promise<void> {
  const wanted = await partitionsOf(cluster, topics);
  const { producerId, producerEpoch } = await coordinator.initProducerId({
    transactionalId,
    transactionTimeout: transactionTimeoutMs,
  });
  const of = { transactionalId, producerId, producerEpoch };
  for (const groupId of groupIds) await coordinator.addOffsetsToTxn({ ...of, groupId });
  if (wanted.length > 0) await coordinator.addPartitionsToTxn({ ...of, topics: wanted });
  await coordinator.endTxn({ ...of, transactionResult: state === "CompleteCommit" });
  await patiently(
    steadyClock,
    async () => {
      if (!decided.has(await describeTransaction(coordinator, transactionalId)))
        throw new NotOver("A transaction is not over yet");
    },
    (error) => error instanceof NotOver,
  );
}

/**
 * Writes the markers of a transactional id's last transaction once more, where that is said to be complete: a broker that
 * is shut down may say so though it has written none. What such a transaction wrote is hidden, and holds up all that is
 * written behind it, until the next of the same producer ends, and then ends as that does: doubled or lost. Markers that
 * are there already change nothing. See docs/decisions/0024-markers-written-again.md.
 *
 * Fences off whoever had the transactional id. To be done before anything else is done with it, its state included.
 */
export async function markLastTransaction(kafka: Kafka, last: LastTransaction): Promise<void> {
  const { transactionalId } = last;
  const cluster = createCluster(kafka);
  try {
    await cluster.connect();
    await patiently(
      steadyClock,
      async () => {
        const coordinator = await cluster.findGroupCoordinator({
          groupId: transactionalId,
          coordinatorType: 1,
        });
        const state = await describeTransaction(coordinator, transactionalId);
        if (state !== null && decided.has(state)) await endAgain(cluster, coordinator, state, last);
      },
      isCoordinatorMoving,
    );
  } finally {
    await cluster.disconnect();
  }
}
