import type { ICustomPartitioner, Kafka, Producer, Transaction } from "kafkajs";
import { OnhookError } from "../errors.ts";
import { partitionKey } from "../log/log-record.ts";
import type { CommittedOffset, OutgoingRecord, TopicPartition } from "../log/log-record.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import { javaPartitioner } from "./partitioner.ts";
import { byTopic, inSends, toMessage } from "./record-sets.ts";
import { isBeingSettled } from "./refusal-types.ts";
import { LastTransaction } from "./last-transaction.ts";

export interface TransactionalWriterOptions {
  readonly source: TopicPartition;
  /** The transactional id is `<prefix>-<topic>-<partition>`. */
  readonly transactionalIdPrefix: string;
  readonly transactionTimeoutMs: number;
  /** The topics that may be written to. */
  readonly outputs: readonly string[];
}

/** The next offset that a group has to consume. `metadata` is noted with it. */
export interface GroupOffset extends CommittedOffset {
  readonly groupId: string;
}

/** A commit is answered before all its markers are written; until they are, the next transaction can't begin. */
const beginAgainMs = 5;
const maxBeginTries = 1000;

/**
 * Writes what comes of one input partition. Its transactional id belongs to the partition, not to the worker: whoever
 * settles it settles what its last owner left open and fences that owner off. A group's own generation does not do
 * that, since offsets in a transaction of kafkajs carry none.
 */
export class TransactionalWriter {
  readonly #kafka: Kafka;
  readonly #options: TransactionalWriterOptions;
  readonly #clock: Clock;
  readonly #transactionalId: string;
  readonly #last: Pick<LastTransaction, "mark">;
  #producer: Producer | null = null;
  /** The partitions that kafkajs has chosen for what it is sending. */
  readonly #chosen = new Map<string, TopicPartition>();
  /** Begun by `settle`, for the first batch. */
  #begun: Transaction | null = null;
  /** Counts the times that it was closed. */
  #closed = 0;

  /** `last` is another one for tests. */
  constructor(
    kafka: Kafka,
    options: TransactionalWriterOptions,
    clock: Clock,
    last?: Pick<LastTransaction, "mark">,
  ) {
    const { source, transactionalIdPrefix, transactionTimeoutMs, outputs: topics } = options;
    this.#kafka = kafka;
    this.#options = options;
    this.#clock = clock;
    this.#transactionalId = `${transactionalIdPrefix}-${source.topic}-${source.partition}`;
    const about = { transactionalId: this.#transactionalId, transactionTimeoutMs, topics };
    this.#last = last ?? new LastTransaction(kafka, about);
  }

  /**
   * Ends any transaction that was left open, and sees to the markers of the last one. Where groups stand may be read
   * afterwards; before, the answer could still change. `groupIds` are those whose offsets may be among what is settled.
   */
  async settle(groupIds: readonly string[]): Promise<void> {
    await this.close();
    const { transactionTimeoutMs } = this.#options;
    const closed = this.#closed;
    await this.#last.mark(groupIds);
    this.#requireSince(closed);
    const producer = this.#kafka.producer({
      transactionalId: this.#transactionalId,
      transactionTimeout: transactionTimeoutMs,
      maxInFlightRequests: 1,
      // One try each: kafkajs's own repeats can leave out or double a partition when leaders move, without a word.
      retry: { retries: 0 },
      createPartitioner: this.#noting(javaPartitioner),
    });
    this.#producer = producer;
    await producer.connect();
    // kafkajs asks for the producer id here, which aborts or completes what the last owner left behind.
    const begun = await producer.transaction();
    if (closed !== this.#closed) {
      // Given up meanwhile: it is nobody's, and must not stay open.
      await producer.disconnect();
      this.#requireSince(closed);
    }
    this.#begun = begun;
  }

  /**
   * Writes the records and the offsets in one transaction. When it rejects, it may or may not have been committed: settle
   * again, and go on from the offsets that stand then.
   */
  async commit(records: readonly OutgoingRecord[], offsets: readonly GroupOffset[]): Promise<void> {
    const transaction = this.#begun ?? (await this.#open().transaction());
    this.#begun = null;
    // First, since it is the one step that may safely be repeated while the transaction before is still being
    // settled; what comes after finds this one begun. Sends must not be: a partition could be written twice.
    for (const each of offsets) await this.#addOffset(transaction, each);
    for (const run of inSends(records)) {
      const topicMessages = [...byTopic(run)].map(([topic, each]) => ({
        topic,
        messages: each.map(toMessage),
      }));
      this.#chosen.clear();
      const answers = await transaction.sendBatch({ acks: -1, topicMessages });
      for (const { topicName: topic, partition } of answers)
        this.#chosen.delete(partitionKey({ topic, partition }));
      this.#requireAllWritten();
    }
    await transaction.commit();
  }

  /** Notes what the partitioner chooses. */
  #noting(createPartitioner: ICustomPartitioner): ICustomPartitioner {
    return () => {
      const choose = createPartitioner();
      return (of) => {
        const partition = choose(of);
        const at = { topic: of.topic, partition };
        this.#chosen.set(partitionKey(at), at);
        return partition;
      };
    };
  }

  /**
   * kafkajs sends by brokers, and can say that all is written though the partitions of one were left out. Committed so,
   * the jobs of these partitions would be lost.
   */
  #requireAllWritten(): void {
    const [left] = this.#chosen.values();
    if (left !== undefined) throw new OnhookError("WRITE_UNCONFIRMED", { topic: left.topic });
  }

  /** Gives up the connection; never aborts, since the next `settle` does. */
  async close(): Promise<void> {
    const closing = this.#producer;
    this.#producer = null;
    this.#begun = null;
    this.#closed += 1;
    await closing?.disconnect();
  }

  /** Throws where it was closed meanwhile. */
  #requireSince(closed: number): void {
    if (closed !== this.#closed)
      throw new OnhookError("LANE_CLOSED", { partition: partitionKey(this.#options.source) });
  }

  #open(): Producer {
    if (this.#producer === null) {
      throw new OnhookError("LANE_CLOSED", { partition: partitionKey(this.#options.source) });
    }
    return this.#producer;
  }

  async #addOffset(
    transaction: Transaction,
    { groupId, topic, partition, offset, metadata }: GroupOffset,
  ): Promise<void> {
    const noted = metadata === undefined ? {} : { metadata };
    const topics = [{ topic, partitions: [{ partition, offset: String(offset), ...noted }] }];
    for (let tries = 1; ; tries += 1) {
      try {
        await transaction.sendOffsets({ consumerGroupId: groupId, topics });
        return;
      } catch (error) {
        if (!isBeingSettled(error) || tries >= maxBeginTries) throw error;
        await pause(this.#clock, beginAgainMs);
      }
    }
  }
}
