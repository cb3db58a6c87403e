import type { ICustomPartitioner, Kafka, Producer, Transaction } from "kafkajs";
import { committedOffsets } from "./committed-offsets.ts";
import type { NotedOffset } from "./committed-offsets.ts";
import { OnhookError } from "../errors.ts";
import { partitionKey } from "../log/log-record.ts";
import type { OutgoingRecord, TopicPartition } from "../log/log-record.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import { javaPartitioner } from "./partitioner.ts";
import { byTopic, inSends, toMessage } from "./record-sets.ts";

export interface TransactionalLaneOptions {
  readonly source: TopicPartition;
  readonly groupId: string;
  /** The lane's transactional id is `<prefix>-<topic>-<partition>`. */
  readonly transactionalIdPrefix: string;
  readonly transactionTimeoutMs: number;
}

/** A commit is answered before all its markers are written; until they are, the next transaction can't begin. */
const beginAgainMs = 5;
const maxBeginTries = 1000;

/**
 * One input partition's way out. Its transactional id belongs to the partition, not to the worker: whoever opens the
 * lane settles what its last owner left open and fences that owner off. The group's own generation does not do that,
 * since offsets in a transaction of kafkajs carry none.
 */
export class TransactionalLane {
  readonly #kafka: Kafka;
  readonly #options: TransactionalLaneOptions;
  readonly #clock: Clock;
  #producer: Producer | null = null;
  /** The partitions that kafkajs has chosen for what it is sending. */
  readonly #chosen = new Map<string, TopicPartition>();
  /** Begun by `open`, for the first batch. */
  #begun: Transaction | null = null;

  constructor(kafka: Kafka, options: TransactionalLaneOptions, clock: Clock) {
    this.#kafka = kafka;
    this.#options = options;
    this.#clock = clock;
  }

  /**
   * Settles any open transaction, then reads where the group stands: no earlier, or the answer could still change.
   * Resolves with the next offset to consume, or null when the group has never committed this partition.
   */
  async open(): Promise<number | null> {
    return (await this.openNoted())?.offset ?? null;
  }

  /** The same, with what the last commit has noted besides its offset. */
  async openNoted(): Promise<NotedOffset | null> {
    await this.close();
    const { source, transactionalIdPrefix, transactionTimeoutMs } = this.#options;
    this.#producer = this.#kafka.producer({
      transactionalId: `${transactionalIdPrefix}-${source.topic}-${source.partition}`,
      transactionTimeout: transactionTimeoutMs,
      maxInFlightRequests: 1,
      // One try each: kafkajs's own repeats can leave out or double a partition when leaders move, without a word.
      retry: { retries: 0 },
      createPartitioner: this.#noting(javaPartitioner),
    });
    await this.#producer.connect();
    // kafkajs asks for the producer id here, which aborts or completes what the last owner left behind.
    this.#begun = await this.#producer.transaction();
    return this.#committedOffset();
  }

  /**
   * Writes the records and the next offset in one transaction. When it rejects, it may or may not have been committed:
   * close the lane, open it again and go on from the offset that says. `metadata` is noted with the offset.
   */
  async commit(
    records: readonly OutgoingRecord[],
    nextOffset: number,
    metadata?: string,
  ): Promise<void> {
    const transaction = this.#begun ?? (await this.#open().transaction());
    this.#begun = null;
    // First, since it is the one step that may safely be repeated while the transaction before is still being
    // settled; what comes after finds this one begun. Sends must not be: a partition could be written twice.
    await this.#addOffset(transaction, nextOffset, metadata);
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

  /** Gives up the connection; never aborts, since the next `open` settles. */
  async close(): Promise<void> {
    const closing = this.#producer;
    this.#producer = null;
    this.#begun = null;
    await closing?.disconnect();
  }

  #open(): Producer {
    const { topic, partition } = this.#options.source;
    if (this.#producer === null) {
      throw new OnhookError("LANE_CLOSED", { partition: `${topic}/${partition}` });
    }
    return this.#producer;
  }

  async #addOffset(
    transaction: Transaction,
    nextOffset: number,
    metadata: string | undefined,
  ): Promise<void> {
    const { source, groupId } = this.#options;
    const noted = metadata === undefined ? {} : { metadata };
    const partitions = [{ partition: source.partition, offset: String(nextOffset), ...noted }];
    const topics = [{ topic: source.topic, partitions }];
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

  async #committedOffset(): Promise<NotedOffset | null> {
    const { source, groupId } = this.#options;
    const committed = await committedOffsets(this.#kafka, groupId, source.topic);
    return committed.get(source.partition) ?? null;
  }
}

function isBeingSettled(error: unknown): boolean {
  return error instanceof Error && "type" in error && error.type === "CONCURRENT_TRANSACTIONS";
}
