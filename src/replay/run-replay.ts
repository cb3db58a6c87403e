import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { Picked } from "./picked.ts";
import { createRateLimit } from "./rate-limit.ts";
import type { RateLimit } from "./rate-limit.ts";
import { emptyChunk, isFull, withPicked } from "./replay-chunk.ts";
import type { Chunk } from "./replay-chunk.ts";
import type { ReplayLane, SourcePartition, Standing } from "./replay-log.ts";
import { isUnfinished } from "./replay-plan.ts";
import type { PlannedPart } from "./replay-plan.ts";
import { findParts, persist } from "./replay-task.ts";
import type { ReplayDeps, ReplayTask } from "./replay-task.ts";

/** How much is replayed, and how fast. */
export interface ReplayPace {
  /** Jobs written a second. */
  readonly ratePerSecond: number;
  /** Ends the run after so many jobs; the next one goes on behind the last of them. */
  readonly limit?: number;
}

export interface ReplayProgress {
  /** Offsets passed, of `end` to pass in all. */
  readonly read: number;
  readonly end: number;
  /** Records that the replay is about: written or skipped. */
  readonly matched: number;
  readonly written: number;
  /** Those of them that can't be replayed. */
  readonly skipped: number;
  /** What the run does in each partition. */
  readonly parts: readonly PlannedPart[];
}

export type OnProgress = (progress: ReplayProgress) => void;

/**
 * Reads a topic and writes jobs, each exactly once, however often this is run, stopped, killed, or run twice at a time.
 * The argument is that of match: a partition's jobs and the offset behind them are committed in one transaction; only the
 * last opener of a lane can commit, and each opener begins at the offset that was committed when all before it was
 * settled. Before anything is written the ends are committed, too, so that a run that is continued is about the same.
 *
 * Ends when all is read, when `limit` jobs are written, or at the end of a transaction after `signal` was aborted.
 * Rejects with REPLAY_TAKEN_OVER where another run of the same replay has gone on in its place.
 */
export async function runReplay(
  task: ReplayTask & ReplayPace,
  deps: ReplayDeps,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<ReplayProgress> {
  const run = new ReplayRun(task, deps, signal, onProgress);
  try {
    await run.run();
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
  return run.progress;
}

class ReplayRun {
  readonly #task: ReplayTask & ReplayPace;
  readonly #deps: ReplayDeps;
  readonly #signal: AbortSignal;
  readonly #onProgress: OnProgress;
  readonly #rate: RateLimit;
  progress: ReplayProgress = { read: 0, end: 0, matched: 0, written: 0, skipped: 0, parts: [] };

  constructor(
    task: ReplayTask & ReplayPace,
    deps: ReplayDeps,
    signal: AbortSignal,
    onProgress: OnProgress,
  ) {
    this.#task = task;
    this.#deps = deps;
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#rate = createRateLimit(task.ratePerSecond, deps.clock);
  }

  async run(): Promise<void> {
    const planned = await findParts(this.#task, this.#deps, this.#signal);
    const isWork = planned.some(({ begin, end }) => begin < end);
    const parts: PlannedPart[] = [];
    for (const part of planned) parts.push(isWork ? await this.#note(part) : part);
    const end = parts.reduce((sum, part) => sum + part.end - part.begin, 0);
    this.#tell({ end, parts });
    let read = 0;
    for (const part of parts) {
      if (this.#ended) break;
      if (part.begin < part.end) await this.#replay(part, read);
      read += part.end - part.begin;
    }
  }

  get #ended(): boolean {
    return this.#signal.aborted || this.#left <= 0;
  }

  get #left(): number {
    return (this.#task.limit ?? Infinity) - this.progress.written;
  }

  #tell(changed: Partial<ReplayProgress>): void {
    this.progress = { ...this.progress, ...changed };
    this.#onProgress(this.progress);
  }

  /** Commits the end of the partition. Where another run has done so meanwhile, its end is taken on. */
  async #note(part: PlannedPart): Promise<PlannedPart> {
    if (part.noted) return part;
    const own = { offset: part.begin, until: part.end };
    const standing = await this.#inLane(part, async (lane, found) => {
      if (found !== null && (found.offset > own.offset || isUnfinished(found))) return found;
      await lane.commit([], own);
      return own;
    });
    const end = standing.until ?? part.end;
    return { ...part, begin: Math.min(standing.offset, end), end, noted: true };
  }

  /** Opens the partition's lane, works in it, and does so anew after a failure that passes. */
  async #inLane<T>(
    { partition }: PlannedPart,
    work: (lane: ReplayLane, found: Standing | null) => Promise<T>,
  ): Promise<T> {
    const { id, topic } = this.#task;
    return persist(this.#deps, this.#signal, async () => {
      const lane = this.#deps.log.lane(id, { topic, partition });
      try {
        return await work(lane, await lane.open());
      } finally {
        await lane.close();
      }
    });
  }

  async #replay(part: PlannedPart, readBefore: number): Promise<void> {
    const { topic } = this.#task;
    const source = this.#deps.log.source({ topic, partition: part.partition });
    const replay = new PartReplay(part, {
      pick: (record) => this.#task.pick(record),
      mustCommit: (chunk) =>
        isFull(chunk, this.#task.ratePerSecond) || chunk.jobs.length >= this.#left,
      isEnded: () => this.#ended,
      mayWrite: async (count) => {
        await this.#rate.take(count, this.#signal);
        this.#signal.throwIfAborted();
      },
      passed: (position) => this.#tell({ read: readBefore + position - part.begin }),
      committed: ({ jobs, skipped, next }) => {
        const { written, matched, skipped: skippedBefore } = this.progress;
        this.#tell({
          read: readBefore + next - part.begin,
          matched: matched + jobs.length + skipped,
          written: written + jobs.length,
          skipped: skippedBefore + skipped,
        });
      },
    });
    try {
      await this.#inLane(part, (lane, found) => replay.run(lane, source, found));
    } finally {
      await source.close();
    }
  }
}

interface PartHandlers {
  pick(record: LogRecord): Promise<Picked>;
  mustCommit(chunk: Chunk): boolean;
  isEnded(): boolean;
  /** Rejects with the signal's reason when the run is stopped meanwhile. */
  mayWrite(count: number): Promise<void>;
  committed(chunk: Chunk): void;
  /** What lies before the position is done, by this run or another. */
  passed(position: number): void;
}

/** The replay of one partition; outlives failures of its lane. */
class PartReplay {
  readonly #part: PlannedPart;
  readonly #on: PartHandlers;
  /** Offsets of records whose jobs are more than their topic takes. */
  readonly #tooLarge = new Set<number>();
  /** One job a transaction, to find out which of several is too large. */
  #careful = false;
  /** A chunk that may have been committed. */
  #inDoubt: Chunk | null = null;

  constructor(part: PlannedPart, on: PartHandlers) {
    this.#part = part;
    this.#on = on;
  }

  async run(lane: ReplayLane, source: SourcePartition, found: Standing | null): Promise<void> {
    const { begin, end } = this.#part;
    let position = Math.max(begin, found?.offset ?? begin);
    const chunk = this.#inDoubt;
    this.#inDoubt = null;
    if (chunk !== null && chunk.next <= position) this.#on.committed(chunk);
    this.#on.passed(position);
    while (position < end && !this.#on.isEnded())
      position = await this.#page(lane, source, position);
  }

  /** Replays what one fetch brings. Returns the offset to go on from. */
  async #page(lane: ReplayLane, source: SourcePartition, from: number): Promise<number> {
    const { end } = this.#part;
    const { records, next } = await source.fetch(from);
    // A log that has lost its end: nothing will come there, and nobody would hear of it.
    if (next <= from)
      throw new OnhookError("REPLAY_INTERRUPTED", {
        problem: `partition ${this.#part.partition} has nothing at ${from}, and should go on to ${end}`,
      });
    let chunk = emptyChunk(from);
    let committed = from;
    for (const record of records) {
      if (record.offset < from || record.offset >= end) continue;
      chunk = withPicked(chunk, await this.#pick(record), record.offset + 1);
      const { jobs } = chunk;
      if (!this.#on.mustCommit(chunk) && !(this.#careful && jobs.length > 0)) continue;
      await this.#commit(lane, chunk);
      committed = chunk.next;
      if (this.#on.isEnded()) return committed;
      chunk = emptyChunk(committed);
    }
    const last = { ...chunk, next: Math.min(next, end) };
    if (last.next > committed) await this.#commit(lane, last);
    return last.next;
  }

  async #pick(record: LogRecord): Promise<Picked> {
    if (this.#tooLarge.has(record.offset)) return { kind: "skipped", reason: "too-large" };
    return this.#on.pick(record);
  }

  async #commit(lane: ReplayLane, chunk: Chunk): Promise<void> {
    await this.#on.mayWrite(chunk.jobs.length);
    try {
      await lane.commit(chunk.jobs, { offset: chunk.next, until: this.#part.end });
    } catch (error) {
      if (error instanceof OnhookError && error.code === "RECORD_TOO_LARGE") {
        this.#beCareful(chunk);
        throw new OnhookError("REPLAY_INTERRUPTED", { problem: error.message }, { cause: error });
      }
      this.#inDoubt = chunk;
      throw error;
    }
    this.#on.committed(chunk);
  }

  /** First finds out which job it is that the topic does not take, then leaves that one out, so that none behind it waits for ever. */
  #beCareful({ next }: Chunk): void {
    // While careful, a chunk ends with its one job.
    if (this.#careful) this.#tooLarge.add(next - 1);
    this.#careful = !this.#careful;
  }
}
