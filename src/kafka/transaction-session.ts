import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import { partitionKey } from "../log/log-record.ts";
import type { CommittedOffset, OutgoingRecord } from "../log/log-record.ts";
import { all } from "../runtime/all.ts";
import type { Clock } from "../runtime/clock.ts";
import { createCluster } from "./kafkajs-cluster.ts";
import type { KafkajsBroker, KafkajsCluster, TransactionOf } from "./kafkajs-cluster.ts";
import { partitionShares } from "./partition-shares.ts";
import type { Share } from "./partition-shares.ts";
import { patiently } from "./patience.ts";
import { isBeingSettled, isCoordinatorMoving } from "./refusal-types.ts";

/** The next offset that a group has to consume. `metadata` is noted with it. */
export interface GroupOffset extends CommittedOffset {
  readonly groupId: string;
}

export interface TransactionalId {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  /** One of the topics that it is about: the only one of the cluster that is looked at to begin with. */
  readonly topic: string;
}

/** Told where a record stands, in a transaction that is not committed yet. */
export type Written = (record: OutgoingRecord, at: CommittedOffset) => void;

/** A coordinator is asked for as such: 0 of a group, 1 of a transactional id. Source: FindCoordinator, key type. */
const transactionType = 1;

/** A commit is answered before all its markers are written; until they are, the next transaction can't begin. */
const beginAgainMs = 5;

/** Sequences of records wrap around there. Source: DefaultRecordBatch.incrementSequence of Kafka's clients. */
const sequences = 2 ** 31;

/** How many groups' coordinators are remembered. */
const rememberedGroups = 10_000;

/**
 * A transactional producer from its InitProducerId to its first failure, in Kafka's own requests. kafkajs's producer
 * looks coordinators up anew for each of them, three times as many trips in all, and can take for written what was left
 * out when leaders moved. Here one request announces all partitions, each has to answer, and nothing is ever repeated but
 * what is refused because the transaction before is still being settled. After any rejection the session is of no use.
 * See docs/decisions/0026-transactions-of-own-requests.md.
 */
export class TransactionSession {
  readonly #cluster: KafkajsCluster;
  readonly #of: TransactionOf;
  readonly #clock: Clock;
  readonly #coordinator: number;
  readonly #groupCoordinators = new Map<string, number>();
  /** The sequence number of the next record in each partition. */
  readonly #sequences = new Map<string, number>();
  /** It has ended: nothing is asked any more, since that would connect it again. */
  #ended = false;
  #committing = false;

  private constructor(
    cluster: KafkajsCluster,
    coordinator: KafkajsBroker,
    of: TransactionOf,
    clock: Clock,
  ) {
    this.#cluster = cluster;
    this.#coordinator = coordinator.nodeId;
    this.#of = of;
    this.#clock = clock;
  }

  /** Asks for the producer's id, which fences off whoever had it before and aborts or completes what was left open. */
  static async open(kafka: Kafka, id: TransactionalId, clock: Clock): Promise<TransactionSession> {
    const { transactionalId, transactionTimeoutMs: transactionTimeout, topic } = id;
    const cluster = createCluster(kafka);
    try {
      await cluster.connect();
      // Before anything else: a client that knows no topic asks for all there are, and fails where one of them is not well.
      await cluster.addTargetTopic(topic);
      const asked = { groupId: transactionalId, coordinatorType: transactionType };
      const { coordinator, ids } = await patiently(
        clock,
        async () => {
          const coordinator = await cluster.findGroupCoordinator(asked);
          return {
            coordinator,
            ids: await coordinator.initProducerId({ transactionalId, transactionTimeout }),
          };
        },
        (error) => isBeingSettled(error) || isCoordinatorMoving(error),
      );
      return new TransactionSession(cluster, coordinator, { transactionalId, ...ids }, clock);
    } catch (error) {
      await cluster.disconnect();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#cluster.disconnect();
  }

  /**
   * Writes the records and the offsets in one transaction. When it rejects, that may or may not have been committed.
   * `written` is told where each record stands, before it is known whether the transaction is committed.
   */
  async commit(
    records: readonly OutgoingRecord[],
    offsets: readonly GroupOffset[],
    written?: Written,
  ): Promise<void> {
    // Two at a time would count the same sequence numbers, and the broker would pass over one of them as a repeat.
    if (this.#committing) throw new TypeError("A transaction is under way");
    this.#requireOpen();
    this.#committing = true;
    try {
      const coordinator = await this.#broker(this.#coordinator);
      const shares = await partitionShares(this.#cluster, records);
      await this.#begin(coordinator, shares, offsets);
      await all([
        this.#writeAll(shares, written),
        ...offsets.map((offset) => this.#commitOffset(offset)),
      ]);
      this.#requireOpen();
      await coordinator.endTxn({ ...this.#of, transactionResult: true });
    } catch (error) {
      // What stands in which partition is in doubt now.
      this.#ended = true;
      throw error;
    } finally {
      this.#committing = false;
    }
  }

  #requireOpen(): void {
    if (!this.#ended) return;
    throw new OnhookError("LANE_CLOSED", { partition: this.#of.transactionalId });
  }

  #broker(nodeId: number): Promise<KafkajsBroker> {
    this.#requireOpen();
    return this.#cluster.findBroker({ nodeId });
  }

  /**
   * Announces groups and partitions, all at once: a broker takes the requests of a connection one after the other. They
   * find out that the transaction before is still being settled; what comes after finds this one begun.
   */
  async #begin(
    coordinator: KafkajsBroker,
    shares: readonly Share[],
    offsets: readonly GroupOffset[],
  ): Promise<void> {
    const beginning = offsets.map(({ groupId }) =>
      this.#whenSettled(() => coordinator.addOffsetsToTxn({ ...this.#of, groupId })),
    );
    if (shares.length > 0) {
      const topics = partitionsByTopic(shares);
      beginning.push(
        this.#whenSettled(() => coordinator.addPartitionsToTxn({ ...this.#of, topics })),
      );
    }
    await all(beginning);
  }

  /** Asks again while the broker is settling the transaction before, which changes nothing however often it is asked. */
  async #whenSettled(ask: () => Promise<unknown>): Promise<void> {
    const work = async (): Promise<void> => {
      this.#requireOpen();
      await ask();
    };
    await patiently(this.#clock, work, isBeingSettled, beginAgainMs);
  }

  /** One batch of each partition at a time, since what follows it is refused before it is there. */
  async #writeAll(shares: readonly Share[], written?: Written): Promise<void> {
    const most = shares.reduce((max, { sends }) => Math.max(max, sends.length), 0);
    for (let run = 0; run < most; run += 1) {
      const sending = shares.filter(({ sends }) => run < sends.length);
      const byLeader = Map.groupBy(sending, ({ leader }) => leader);
      await all([...byLeader].map(([leader, each]) => this.#write(leader, each, run, written)));
    }
  }

  async #write(
    nodeId: number,
    shares: readonly Share[],
    run: number,
    told?: Written,
  ): Promise<void> {
    const broker = await this.#broker(nodeId);
    const topicData = [...Map.groupBy(shares, ({ topic }) => topic)].map(([topic, each]) => ({
      topic,
      partitions: each.map((share) => ({
        partition: share.partition,
        firstSequence: this.#sequences.get(partitionKey(share)) ?? 0,
        messages: share.sends[run] ?? [],
      })),
    }));
    this.#requireOpen();
    const { topics } = await broker.produce({ ...this.#of, acks: -1, topicData });
    const written = new Map(
      topics.flatMap(({ topicName: topic, partitions }) =>
        partitions.map(({ partition, baseOffset }) => [
          partitionKey({ topic, partition }),
          Number(baseOffset),
        ]),
      ),
    );
    for (const share of shares) {
      const key = partitionKey(share);
      const first = written.get(key);
      if (first === undefined) throw new OnhookError("WRITE_UNCONFIRMED", { topic: share.topic });
      const sent = share.sends[run] ?? [];
      const next = (this.#sequences.get(key) ?? 0) + sent.length;
      this.#sequences.set(key, next % sequences);
      if (told === undefined) continue;
      const { topic, partition } = share;
      for (const [index, record] of sent.entries())
        told(record, { topic, partition, offset: first + index });
    }
  }

  async #commitOffset(of: GroupOffset): Promise<void> {
    const { groupId, topic, partition, offset, metadata } = of;
    const noted = metadata === undefined ? {} : { metadata };
    const topics = [{ topic, partitions: [{ partition, offset: String(offset), ...noted }] }];
    const coordinator = await this.#coordinatorOf(groupId);
    this.#requireOpen();
    await coordinator.txnOffsetCommit({ ...this.#of, groupId, topics });
  }

  async #coordinatorOf(groupId: string): Promise<KafkajsBroker> {
    const nodeId = this.#groupCoordinators.get(groupId);
    if (nodeId !== undefined) return this.#broker(nodeId);
    this.#requireOpen();
    const coordinator = await this.#cluster.findGroupCoordinator({ groupId });
    if (this.#groupCoordinators.size >= rememberedGroups) this.#groupCoordinators.clear();
    this.#groupCoordinators.set(groupId, coordinator.nodeId);
    return coordinator;
  }
}

function partitionsByTopic(
  shares: readonly Share[],
): { readonly topic: string; readonly partitions: number[] }[] {
  return [...Map.groupBy(shares, ({ topic }) => topic)].map(([topic, each]) => ({
    topic,
    partitions: each.map(({ partition }) => partition),
  }));
}
