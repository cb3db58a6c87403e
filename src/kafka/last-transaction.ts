import type { Kafka } from "kafkajs";
import { steadyClock } from "../runtime/clock.ts";
import { describeTransaction } from "./describe-transaction.ts";
import { createCluster } from "./kafkajs-cluster.ts";
import type { KafkajsBroker, KafkajsCluster, TransactionOf } from "./kafkajs-cluster.ts";
import { patiently } from "./patience.ts";
import { isBeingSettled, isCoordinatorMoving, isFenced, isOfNoTopic } from "./refusal-types.ts";

/** Whose transactions they are, and all that these may write to. */
export interface TransactionsOf {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  readonly topics: readonly string[];
}

/** What a transaction is to end as, and the one that does it, once it has begun. */
interface Verdict {
  readonly isCommit: boolean;
  of: TransactionOf | null;
}

/** A transaction is not over yet: ask again. */
class NotOver extends Error {}

const decided: ReadonlySet<string | null> = new Set(["CompleteCommit", "CompleteAbort"]);
/** No transaction since whoever had the transactional id last was fenced off, or none at all. */
const untouched: ReadonlySet<string | null> = new Set([null, "Empty", "Dead"]);

/** Writes the markers of a transactional id's last transaction once more. */
export class LastTransaction {
  readonly #kafka: Kafka;
  readonly #about: TransactionsOf;
  /** Kept until it is done: once it has begun, no broker can tell any more how the one before has ended. */
  #verdict: Verdict | null = null;

  constructor(kafka: Kafka, about: TransactionsOf) {
    this.#kafka = kafka;
    this.#about = about;
  }

  /**
   * A broker that is shut down may call a transaction complete though it has written no markers. What such a transaction
   * wrote is hidden, and holds up all that is written behind it, until the next of the same producer ends, and then ends
   * as that does: doubled or lost. So its end is written once more; markers that are there already change nothing. One that
   * is open is given up, in the same way. `groupIds`: whose offsets may be among what it wrote.
   * See docs/decisions/0024-markers-written-again.md.
   *
   * Fences off whoever had the transactional id. To be done before anything else is done with it. Where it rejects, it
   * has to be done again.
   */
  async mark(groupIds: readonly string[]): Promise<void> {
    const cluster = createCluster(this.#kafka);
    try {
      await cluster.connect();
      await patiently(
        steadyClock,
        () => this.#try(cluster, groupIds),
        (error) => error instanceof NotOver || isBeingSettled(error) || isCoordinatorMoving(error),
      );
    } catch (error) {
      // Another one has it now, who has seen to it, or was told what there is to see.
      if (isFenced(error)) this.#verdict = null;
      throw error;
    } finally {
      await cluster.disconnect();
    }
  }

  async #try(cluster: KafkajsCluster, groupIds: readonly string[]): Promise<void> {
    const { transactionalId } = this.#about;
    const coordinator = await cluster.findGroupCoordinator({
      groupId: transactionalId,
      coordinatorType: 1,
    });
    if (this.#verdict === null) {
      const state = await describeTransaction(coordinator, transactionalId);
      if (untouched.has(state)) return;
      // Nobody will commit what is open: to ask for a producer id gives it up.
      if (!decided.has(state) && state !== "Ongoing")
        throw new NotOver(`A transaction is ${state}`);
      this.#verdict = { isCommit: state === "CompleteCommit", of: null };
    }
    await this.#end(this.#verdict, cluster, coordinator, groupIds);
    this.#verdict = null;
  }

  /** Ends a transaction that holds nothing of its own, everywhere; goes on with it where it was begun before. */
  async #end(
    verdict: Verdict,
    cluster: KafkajsCluster,
    coordinator: KafkajsBroker,
    groupIds: readonly string[],
  ): Promise<void> {
    const { transactionalId, transactionTimeoutMs: transactionTimeout, topics } = this.#about;
    const written = await partitionsOf(cluster, topics);
    if (verdict.of === null) {
      const ids = await coordinator.initProducerId({ transactionalId, transactionTimeout });
      verdict.of = { transactionalId, ...ids };
    }
    const { of } = verdict;
    for (const groupId of groupIds) await coordinator.addOffsetsToTxn({ ...of, groupId });
    if (written.length > 0) await coordinator.addPartitionsToTxn({ ...of, topics: written });
    await coordinator.endTxn({ ...of, transactionResult: verdict.isCommit });
    await patiently(
      steadyClock,
      async () => {
        const state = await describeTransaction(coordinator, transactionalId);
        if (!decided.has(state)) throw new NotOver(`A transaction is ${state}`);
      },
      (error) => error instanceof NotOver,
    );
  }
}

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
