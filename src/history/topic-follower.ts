import { OnhookError } from "../errors.ts";
import type { LogRecord, TopicPartition } from "../log/log-record.ts";
import { backoffMs } from "../runtime/backoff.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { HistoryEvent, TopicStanding } from "./history-events.ts";

/** Port: one partition, read from where one wants. Its records are good until the next fetch. */
export interface PartitionSource {
  fetch(
    offset: number,
    waitMs: number,
  ): Promise<{
    readonly batch: { readonly records: readonly LogRecord[] };
    readonly next: number;
    readonly end: number;
  }>;
  bounds(): Promise<{ readonly low: number; readonly end: number }>;
  offsetAt(timestamp: number): Promise<number | null>;
  close(): Promise<void>;
}

/** Port: the log that topics are read from, without a group. */
export interface TopicSource {
  /** Rejects with TOPIC_MISSING. */
  partitions(topic: string): Promise<number>;
  open(at: TopicPartition): PartitionSource;
}

/** What is done with a topic. All may reject: that is told, waited out, and tried again from the same place. */
export interface Following {
  /** The offset to begin with. */
  start(partition: number, source: PartitionSource): Promise<number>;
  /** Takes records that stand one behind the other; behind them one goes on at `next`. */
  take(partition: number, records: readonly LogRecord[], next: number): Promise<void>;
}

export interface FollowerDeps {
  readonly source: TopicSource;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  readonly emit: Emit<HistoryEvent>;
}

/** How long a fetch waits for what comes next; what comes is answered at once. */
const maxWaitMs = 500;

/** How often new partitions are looked for. */
const partitionsEveryMs = 30_000;

/** So many records are taken at a time: between them, others of the process get their turn. */
const atATime = 500;

interface Progress {
  position: number;
  end: number;
  /** When the reader was last at the end, or got on, by a clock that nobody sets. */
  movedAt: number;
}

/** Follows all partitions of a topic, those that come later included, without a group. */
export class TopicFollower {
  readonly topic: string;
  readonly #source: TopicSource;
  readonly #following: Following;
  readonly #clock: Clock;
  readonly #steadyClock: Clock;
  readonly #emit: Emit<HistoryEvent>;
  readonly #progress = new Map<number, Progress>();
  #begunAt: number;

  constructor(topic: string, following: Following, deps: FollowerDeps) {
    this.topic = topic;
    this.#source = deps.source;
    this.#following = following;
    this.#clock = deps.clock;
    this.#steadyClock = deps.steadyClock;
    this.#emit = deps.emit;
    this.#begunAt = this.#steadyClock.now();
  }

  get standing(): TopicStanding {
    const now = this.#steadyClock.now();
    const all = [...this.#progress.values()];
    const lag = all.reduce((sum, { position, end }) => sum + Math.max(0, end - position), 0);
    const since = Math.min(...all.map(({ movedAt }) => movedAt), now);
    const movedAt = all.length === 0 ? this.#begunAt : since;
    return { topic: this.topic, lag, stalledSeconds: Math.max(0, now - movedAt) / 1000 };
  }

  /** Runs until `signal` is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#progress.clear();
    this.#begunAt = this.#steadyClock.now();
    const loops: Promise<void>[] = [];
    while (!signal.aborted) {
      const count = await this.#insist(null, signal, () => this.#source.partitions(this.topic));
      for (let partition = loops.length; partition < (count ?? 0); partition += 1)
        loops.push(this.#follow(partition, signal));
      await pause(this.#clock, partitionsEveryMs, signal);
    }
    await Promise.all(loops);
  }

  async #follow(partition: number, signal: AbortSignal): Promise<void> {
    const source = this.#source.open({ topic: this.topic, partition });
    const progress = { position: 0, end: 0, movedAt: this.#steadyClock.now() };
    this.#progress.set(partition, progress);
    const start = await this.#insist(partition, signal, () =>
      this.#following.start(partition, source),
    );
    progress.position = start ?? 0;
    // The first fetch does not wait: a topic without records has been read to its end at once.
    let waitMs = 0;
    while (!signal.aborted) {
      const [at, wait] = [progress.position, waitMs];
      const fetched = await this.#insist(partition, signal, () =>
        this.#fetch(source, partition, at, wait),
      );
      if (fetched === undefined) break;
      progress.end = fetched.end;
      await this.#takeAll(partition, fetched.batch.records, fetched.next, progress, signal);
      if (progress.position >= fetched.end) progress.movedAt = this.#steadyClock.now();
      waitMs = maxWaitMs;
    }
    await this.#close(source, partition);
  }

  /** A connection that can't be closed in order is lost already; the next one is a new one. */
  async #close(source: PartitionSource, partition: number): Promise<void> {
    try {
      await source.close();
    } catch (error) {
      this.#emit({ type: "history.reading-failed", topic: this.topic, partition, error });
    }
  }

  async #takeAll(
    partition: number,
    records: readonly LogRecord[],
    next: number,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    if (next === progress.position) return;
    for (let at = 0; at === 0 || at < records.length; at += atATime) {
      const part = records.slice(at, at + atATime);
      const isLast = at + atATime >= records.length;
      const behind = isLast ? next : (part.at(-1)?.offset ?? next) + 1;
      const taken = await this.#insist(partition, signal, async () => {
        await this.#following.take(partition, part, behind);
        return true;
      });
      if (taken === undefined) return;
      progress.position = behind;
      progress.movedAt = this.#steadyClock.now();
    }
  }

  /** Fetches, or finds out why the offset is none of the partition's, and where one goes on. */
  async #fetch(
    source: PartitionSource,
    partition: number,
    position: number,
    waitMs: number,
  ): ReturnType<PartitionSource["fetch"]> {
    try {
      return await source.fetch(position, waitMs);
    } catch (error) {
      if (!(error instanceof OnhookError) || error.code !== "OFFSET_OUT_OF_RANGE") throw error;
      const { low, end } = await source.bounds();
      // A leader that has only just taken over may not have known its own end: nothing is wrong with the position.
      if (position >= low && position <= end) throw error;
      const at = { topic: this.topic, partition, from: position, to: low };
      if (position > end) this.#emit({ type: "history.rewound", ...at });
      else this.#emit({ type: "history.records-lost", ...at, count: low - position });
      return { batch: { records: [] }, next: low, end };
    }
  }

  /** Repeats `work` until it succeeds; undefined when stopped before. */
  async #insist<T>(
    partition: number | null,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) break;
        const { topic } = this;
        if (!isToldElsewhere(error))
          this.#emit({ type: "history.reading-failed", topic, partition, error });
        await pause(this.#clock, backoffMs(failures, Math.random), signal);
      }
    }
    return undefined;
  }
}

/** The store's own failures are told once for all partitions that wait for it. */
function isToldElsewhere(error: unknown): boolean {
  const code = error instanceof OnhookError ? error.code : null;
  return code === "HISTORY_UNAVAILABLE" || code === "HISTORY_DAMAGED";
}
