import { OnhookError } from "../../src/errors.ts";
import type { PartitionSource, TopicSource } from "../../src/history/topic-follower.ts";
import type { LogRecord } from "../../src/log/log-record.ts";

/** One partition: records are added at its end, deleted at its begin, or all of it is made anew. */
interface Partition {
  low: number;
  records: LogRecord[];
}

/** A log whose partitions come and go as the test says; a fetch at the end waits until there is more. */
export class LogInMemory implements TopicSource {
  readonly #topics = new Map<string, Partition[]>();
  readonly #wakers = new Set<() => void>();
  /** Offsets that were fetched, by topic and partition. */
  readonly fetched: string[] = [];

  create(topic: string, partitions: number): void {
    this.#topics.set(
      topic,
      Array.from({ length: partitions }, () => ({ low: 0, records: [] })),
    );
    this.#wake();
  }

  add(topic: string, partition: number, value: Buffer | null, timestamp = 0): number {
    const at = this.#at(topic, partition);
    const offset = at.low + at.records.length;
    at.records.push({ topic, partition, offset, timestamp, key: null, value, headers: {} });
    this.#wake();
    return offset;
  }

  deleteBefore(topic: string, partition: number, offset: number): void {
    const at = this.#at(topic, partition);
    at.records = at.records.filter((record) => record.offset >= offset);
    at.low = offset;
  }

  async partitions(topic: string): Promise<number> {
    const count = this.#topics.get(topic)?.length;
    if (count === undefined) throw new OnhookError("TOPIC_MISSING", { topic });
    return count;
  }

  open({ topic, partition }: { topic: string; partition: number }): PartitionSource {
    const boundsOf = (): { low: number; end: number } => {
      const { low, records } = this.#at(topic, partition);
      return { low, end: low + records.length };
    };
    return {
      fetch: async (offset, waitMs) => {
        this.fetched.push(`${topic}/${partition}@${offset}`);
        const { low, end } = boundsOf();
        if (offset < low || offset > end) throw new OnhookError("OFFSET_OUT_OF_RANGE", { topic });
        if (offset === end && waitMs > 0) await this.#more();
        const at = this.#at(topic, partition);
        const records = at.records.filter((record) => record.offset >= offset).slice(0, 700);
        const next = (records.at(-1)?.offset ?? offset - 1) + 1;
        return { batch: { records }, next, end: at.low + at.records.length };
      },
      bounds: async () => boundsOf(),
      offsetAt: async (timestamp) =>
        this.#at(topic, partition).records.find((record) => record.timestamp >= timestamp)
          ?.offset ?? null,
      close: async () => undefined,
    };
  }

  /** Lets all who wait at an end look again: to stop them, or for the time of a fetch to be over. */
  look(): void {
    this.#wake();
  }

  #at(topic: string, partition: number): Partition {
    const found = this.#topics.get(topic)?.[partition];
    if (found === undefined) throw new OnhookError("TOPIC_MISSING", { topic });
    return found;
  }

  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wakers.add(resolve);
    return promise;
  }

  #wake(): void {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const wake of wakers) wake();
  }
}
