import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import { backoffMs } from "../runtime/backoff.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { KafkaEvent } from "./kafka-events.ts";
import type { Bounds, Fetched } from "./partition-reader.ts";

/** Where the table is read from: its one partition. */
export interface TableSource {
  fetch(offset: number, waitMs: number): Promise<Fetched>;
  bounds(): Promise<Bounds>;
  partitions(): Promise<number>;
  close(): Promise<void>;
}

export interface TableHandlers {
  /**
   * Each record once, in order; undefined where nothing has to be waited for. A rejection is told, waited out and tried
   * again: nothing is skipped.
   */
  record(record: LogRecord): Promise<void> | undefined;
  /** How far the reader is: `position` is the next offset, `end` the end of what is committed in the topic. */
  position(position: number, end: number): void;
}

/** How long a fetch waits for the next event; one that comes is answered at once. */
const maxWaitMs = 500;

function begun(work: () => Promise<void> | undefined): Promise<void> | undefined {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Reads a compacted topic of one partition whole, and then goes on with it. */
export class CompactedTable {
  readonly #topic: string;
  readonly #source: TableSource;
  readonly #clock: Clock;
  readonly #emit: Emit<KafkaEvent>;

  constructor(
    topic: string,
    source: TableSource,
    { clock, emit }: { readonly clock: Clock; readonly emit: Emit<KafkaEvent> },
  ) {
    this.#topic = topic;
    this.#source = source;
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Runs until `signal` is aborted. Rejects with TABLE_PARTITIONS or TABLE_REWOUND, which no waiting can mend. */
  async run(handlers: TableHandlers, signal: AbortSignal): Promise<void> {
    try {
      await this.#insist(signal, () => this.#assertOnePartition());
      let position = 0;
      // The first fetch does not wait: a topic that is empty has been read to its end at once.
      let waitMs = 0;
      while (!signal.aborted) {
        const [at, wait] = [position, waitMs];
        const fetched = await this.#insist(signal, () => this.#fetch(at, wait));
        for (const record of fetched?.batch.records ?? []) {
          if (signal.aborted) return;
          const taking = begun(() => handlers.record(record));
          // Most records are done by now: to wait for each would take as long as to read it.
          if (taking !== undefined)
            await this.#insist(signal, async () => await handlers.record(record), taking);
        }
        if (fetched === undefined || signal.aborted) return;
        position = fetched.next;
        waitMs = maxWaitMs;
        handlers.position(position, fetched.end);
        this.#emit({ type: "store.position", table: this.#topic, position, end: fetched.end });
      }
    } finally {
      await this.#source.close();
    }
  }

  /** Repeats `work` until it succeeds; undefined when stopped before. `begun`: the first try, where it has begun. */
  async #insist<T>(
    signal: AbortSignal,
    work: () => Promise<T>,
    begun?: Promise<T>,
  ): Promise<T | undefined> {
    for (let failures = 0; begun !== undefined || !signal.aborted; failures += 1) {
      try {
        const first = begun;
        begun = undefined;
        return await (first ?? work());
      } catch (error) {
        if (error instanceof OnhookError && !error.retryable) throw error;
        this.#emit({ type: "store.reading-failed", table: this.#topic, error });
        await pause(this.#clock, backoffMs(failures, Math.random), signal);
      }
    }
    return undefined;
  }

  /** With several partitions there would be no one order of events, and no one offset that says how new a table is. */
  async #assertOnePartition(): Promise<void> {
    const partitions = await this.#source.partitions();
    const topic = this.#topic;
    if (partitions === 0) throw new OnhookError("TOPIC_MISSING", { topic });
    if (partitions > 1) throw new OnhookError("TABLE_PARTITIONS", { topic, partitions });
  }

  /** Fetches, or finds out why the offset is none of the topic's: its head was deleted, or the topic was made again. */
  async #fetch(position: number, waitMs: number): Promise<Fetched> {
    try {
      return await this.#source.fetch(position, waitMs);
    } catch (error) {
      if (!(error instanceof OnhookError) || error.code !== "OFFSET_OUT_OF_RANGE") throw error;
      const { low, end } = await this.#source.bounds();
      const topic = this.#topic;
      if (position > end) {
        throw new OnhookError("TABLE_REWOUND", { topic, position, end }, { cause: error });
      }
      if (position < low) {
        const lost = { from: position, to: low, count: low - position };
        this.#emit({ type: "store.records-lost", table: topic, ...lost });
      }
      return { batch: { topic, partition: 0, records: [] }, next: Math.max(position, low), end };
    }
  }
}
