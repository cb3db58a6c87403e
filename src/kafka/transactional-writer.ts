import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import { partitionKey } from "../log/log-record.ts";
import type { OutgoingRecord, TopicPartition } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import { LastTransaction } from "./last-transaction.ts";
import { TransactionSession } from "./transaction-session.ts";
import type { GroupOffset, Written } from "./transaction-session.ts";

export interface TransactionalWriterOptions {
  readonly source: TopicPartition;
  /** The transactional id is `<prefix>-<topic>-<partition>`. */
  readonly transactionalIdPrefix: string;
  readonly transactionTimeoutMs: number;
  /** The topics that may be written to. */
  readonly outputs: readonly string[];
}

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
  #session: TransactionSession | null = null;
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
    const { source, transactionTimeoutMs } = this.#options;
    const closed = this.#closed;
    await this.#last.mark(groupIds);
    this.#requireSince(closed);
    const id = {
      transactionalId: this.#transactionalId,
      transactionTimeoutMs,
      topic: source.topic,
    };
    const session = await TransactionSession.open(this.#kafka, id, this.#clock);
    if (closed !== this.#closed) {
      // Given up meanwhile: it is nobody's, and must not stay open.
      await session.close();
      this.#requireSince(closed);
    }
    this.#session = session;
  }

  /**
   * Writes the records and the offsets in one transaction. When it rejects, it may or may not have been committed: settle
   * again, and go on from the offsets that stand then. `written` is as in TransactionSession.
   */
  async commit(
    records: readonly OutgoingRecord[],
    offsets: readonly GroupOffset[],
    written?: Written,
  ): Promise<void> {
    if (this.#session === null) throw this.#isClosed();
    await this.#session.commit(records, offsets, written);
  }

  /** Gives up the connection; never aborts, since the next `settle` does. */
  async close(): Promise<void> {
    const closing = this.#session;
    this.#session = null;
    this.#closed += 1;
    await closing?.close();
  }

  /** Throws where it was closed meanwhile. */
  #requireSince(closed: number): void {
    if (closed !== this.#closed) throw this.#isClosed();
  }

  #isClosed(): OnhookError {
    return new OnhookError("LANE_CLOSED", { partition: partitionKey(this.#options.source) });
  }
}
