import type { Kafka } from "kafkajs";
import type { OutgoingRecord } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import { committedOffsetsOfAll } from "./committed-offsets.ts";
import type { NotedOffset } from "./committed-offsets.ts";
import { TransactionalWriter } from "./transactional-writer.ts";
import type { TransactionalWriterOptions } from "./transactional-writer.ts";

export interface TransactionalLaneOptions extends TransactionalWriterOptions {
  readonly groupId: string;
}

/** One input partition's way out, for the one group that consumes it. */
export class TransactionalLane {
  readonly #kafka: Kafka;
  readonly #options: TransactionalLaneOptions;
  readonly #writer: TransactionalWriter;

  constructor(kafka: Kafka, options: TransactionalLaneOptions, clock: Clock) {
    this.#kafka = kafka;
    this.#options = options;
    this.#writer = new TransactionalWriter(kafka, options, clock);
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
    const { source, groupId } = this.#options;
    await this.#writer.settle([groupId]);
    const { topic, partition } = source;
    const asked = { groupIds: [groupId], topic, partitions: [partition], requireStable: true };
    const committed = await committedOffsetsOfAll(this.#kafka, asked);
    return committed.get(groupId)?.get(partition) ?? null;
  }

  /**
   * Writes the records and the next offset in one transaction. When it rejects, it may or may not have been committed:
   * close the lane, open it again and go on from the offset that says. `metadata` is noted with the offset.
   */
  async commit(
    records: readonly OutgoingRecord[],
    offset: number,
    metadata?: string,
  ): Promise<void> {
    const { source, groupId } = this.#options;
    const noted = metadata === undefined ? {} : { metadata };
    await this.#writer.commit(records, [{ ...source, groupId, offset, ...noted }]);
  }

  /** Gives up the connection; never aborts, since the next `open` settles. */
  async close(): Promise<void> {
    await this.#writer.close();
  }
}
