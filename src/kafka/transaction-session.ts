import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import { partitionKey } from "../log/log-record.ts";
import type { CommittedOffset, OutgoingRecord, TopicPartition } from "../log/log-record.ts";
import { all } from "../runtime/all.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import { createCluster } from "./kafkajs-cluster.ts";
import type { KafkajsBroker, KafkajsCluster, TransactionOf } from "./kafkajs-cluster.ts";
import { javaPartitioner } from "./partitioner.ts";
import { byTopic, inSends, toMessage } from "./record-sets.ts";
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

/** What one partition gets in one transaction, in order. */
interface Share extends TopicPartition {
  readonly leader: number;
  readonly sends: OutgoingRecord[][];
}

/** A coordinator is asked for as such: 0 of a group, 1 of a transactional id. Source: FindCoordinator, key type. */
const transactionType = 1;

/** A commit is answered before all its markers are written; until they are, the next transaction can't begin. */
const beginAgainMs = 5;
const maxBeginTries = 1000;

/** A coordinator's first request may come before it has taken over. */
const movingMs = 50;
const maxMovingTries = 100;

/** Sequences of records wrap around there. Source: DefaultRecordBatch.incrementSequence of Kafka's clients. */
const sequences = 2 ** 31;

/** How many groups' coordinators are remembered. */
const rememberedGroups = 10_000;

/**
 * A transactional producer from its InitProducerId to its first failure, in Kafka's own requests. kafkajs's producer
 * looks coordinators up anew for each of them, twice as many trips in all, and can take for written what was left out
 * when leaders moved. Here one request announces all partitions, each has to answer, and nothing is ever repeated but
 * what is refused because the transaction before is still being settled. After any rejection the session is of no use.
 * See docs/decisions/0022-transactions-in-own-requests.md.
 */
export class TransactionSession {
  readonly #cluster: KafkajsCluster;
  readonly #of: TransactionOf;
  readonly #clock: Clock;
  readonly #coordinator: number;
  readonly #groupCoordinators = new Map<string, number>();
  readonly #choose = javaPartitioner();
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
    const findCoordinator = (): Promise<KafkajsBroker> =>
      cluster.findGroupCoordinator({
        groupId: transactionalId,
        coordinatorType: transactionType,
      });
    try {
      await cluster.connect();
      // Before anything else: a client that knows no topic asks for all there are, and fails where one of them is not well.
      await cluster.addTargetTopic(topic);
      let coordinator = await findCoordinator();
      const { producerId, producerEpoch } = await untilSettled(
        clock,
        () => coordinator.initProducerId({ transactionalId, transactionTimeout }),
        async () => {
          coordinator = await findCoordinator();
        },
      );
      const of = { transactionalId, producerId, producerEpoch };
      return new TransactionSession(cluster, coordinator, of, clock);
    } catch (error) {
      await cluster.disconnect();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#cluster.disconnect();
  }

  /** Writes the records and the offsets in one transaction. When it rejects, that may or may not have been committed. */
  async commit(records: readonly OutgoingRecord[], offsets: readonly GroupOffset[]): Promise<void> {
    // Two at a time would count the same sequence numbers, and the broker would pass over one of them as a repeat.
    if (this.#committing) throw new TypeError("A transaction is under way");
    this.#committing = true;
    try {
      const coordinator = await this.#broker(this.#coordinator);
      const shares = await this.#shares(records);
      // First, since it finds out that the transaction before is still being settled; what comes after finds this one begun.
      for (const { groupId } of offsets)
        await this.#settled(() => coordinator.addOffsetsToTxn({ ...this.#of, groupId }));
      if (shares.length > 0)
        await this.#settled(() =>
          coordinator.addPartitionsToTxn({ ...this.#of, topics: partitionsByTopic(shares) }),
        );
      await all([this.#writeAll(shares), ...offsets.map((offset) => this.#commitOffset(offset))]);
      this.#requireOpen();
      await coordinator.endTxn({ ...this.#of, transactionResult: true });
      this.#committing = false;
    } catch (error) {
      // What stands in which partition is in doubt now.
      this.#ended = true;
      throw error;
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

  #settled(ask: () => Promise<unknown>): Promise<unknown> {
    return untilSettled(this.#clock, () => {
      this.#requireOpen();
      return ask();
    });
  }

  /** What goes to which partition, and who leads it. */
  async #shares(records: readonly OutgoingRecord[]): Promise<Share[]> {
    const byPartition = new Map<
      string,
      { at: TopicPartition; leader: number; of: OutgoingRecord[] }
    >();
    await this.#cluster.refreshMetadataIfNecessary();
    for (const [topic, each] of byTopic(records)) {
      await this.#cluster.addTargetTopic(topic);
      const partitionMetadata = [...this.#cluster.findTopicPartitionMetadata(topic)];
      if (partitionMetadata.length === 0) throw new OnhookError("TOPIC_MISSING", { topic });
      const leaders = new Map(
        partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader]),
      );
      for (const record of each) {
        const message = { key: record.key, value: record.value };
        const at = { topic, partition: this.#choose({ topic, partitionMetadata, message }) };
        const key = partitionKey(at);
        const share = byPartition.get(key);
        if (share !== undefined) share.of.push(record);
        else byPartition.set(key, { at, leader: leaders.get(at.partition) ?? -1, of: [record] });
      }
    }
    return [...byPartition.values()].map(({ at: { topic, partition }, leader, of }) => ({
      topic,
      partition,
      leader,
      sends: inSends(of),
    }));
  }

  /** One send of each partition at a time, since what follows it is refused before it is there. */
  async #writeAll(shares: readonly Share[]): Promise<void> {
    const most = shares.reduce((max, { sends }) => Math.max(max, sends.length), 0);
    for (let run = 0; run < most; run += 1) {
      const sending = shares.filter(({ sends }) => run < sends.length);
      const byLeader = Map.groupBy(sending, ({ leader }) => leader);
      await all([...byLeader].map(([leader, each]) => this.#write(leader, each, run)));
    }
  }

  async #write(nodeId: number, shares: readonly Share[], run: number): Promise<void> {
    const broker = await this.#broker(nodeId);
    const topicData = [...Map.groupBy(shares, ({ topic }) => topic)].map(([topic, each]) => ({
      topic,
      partitions: each.map((share) => ({
        partition: share.partition,
        firstSequence: this.#sequences.get(partitionKey(share)) ?? 0,
        messages: (share.sends[run] ?? []).map(toMessage),
      })),
    }));
    this.#requireOpen();
    const { topics } = await broker.produce({ ...this.#of, acks: -1, topicData });
    const written = new Set(
      topics.flatMap(({ topicName: topic, partitions }) =>
        partitions.map(({ partition }) => partitionKey({ topic, partition })),
      ),
    );
    for (const share of shares) {
      const key = partitionKey(share);
      if (!written.has(key)) throw new OnhookError("WRITE_UNCONFIRMED", { topic: share.topic });
      const next = (this.#sequences.get(key) ?? 0) + (share.sends[run]?.length ?? 0);
      this.#sequences.set(key, next % sequences);
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

/**
 * Asks again while the broker is still settling the transaction before, which changes nothing however often it is asked;
 * with `moved`, also while the coordinator is moving.
 */
async function untilSettled<T>(
  clock: Clock,
  ask: () => Promise<T>,
  moved?: () => Promise<void>,
): Promise<T> {
  let [begins, moves] = [0, 0];
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isBeingSettled(error) && (begins += 1) < maxBeginTries) {
        await pause(clock, beginAgainMs);
      } else if (
        moved !== undefined &&
        isCoordinatorMoving(error) &&
        (moves += 1) < maxMovingTries
      ) {
        await pause(clock, movingMs);
        await moved();
      } else {
        throw error;
      }
    }
  }
}
