import type { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import { JointPart } from "./joint-part.ts";
import type { JointMember, JointPartDeps, Visit } from "./joint-part.ts";
import type { SkipReason } from "./picked.ts";
import { createRateLimit } from "./rate-limit.ts";
import type { JointReplayLog } from "./replay-log.ts";

export interface JointReplayOptions {
  /** The topic that is read. */
  readonly topic: string;
  /** To which member a record may belong, by the keys that members are given under. */
  readonly keyOf: (record: LogRecord) => string | undefined;
  /** Jobs written a second, all replays together. */
  readonly ratePerSecond: number;
}

export interface JointReplayDeps {
  readonly log: JointReplayLog;
  readonly clock: Clock;
  readonly onSkipped: (id: string, reason: SkipReason, record: LogRecord) => void;
  readonly onGone: (error: OnhookError) => void;
}

/** One of several replays, and how many jobs it may get in one run. */
export interface LimitedMember extends JointMember {
  readonly limit: number;
}

/** What a run has come to for one replay. */
export interface MemberProgress {
  readonly written: number;
  /** All that the topic held when the run began has been looked at for it. */
  readonly isDone: boolean;
}

/** Most jobs of a transaction in which few replays have some. */
const mostAtOnce = 200;

/**
 * Any number of replays of one topic that read it together, each of which writes its jobs exactly once however often all
 * are stopped, killed, or run twice at a time: where one stands is committed with its jobs, by whoever has opened the
 * partition's way out last. A replay that was alone before goes on where it stood.
 *
 * Between runs it keeps its connections, and what it knows: `close` gives that up, as any failure does.
 */
export class JointReplay {
  readonly #options: JointReplayOptions;
  readonly #deps: JointReplayDeps;
  readonly #partDeps: JointPartDeps;
  #parts: readonly JointPart[] = [];
  /** The replays whose positions the parts know; null: they are not open. */
  #known: Set<string> | null = null;
  /** Which partition is first next time, so that none waits behind another's backlog. */
  #turn = 0;

  constructor(options: JointReplayOptions, deps: JointReplayDeps) {
    const { keyOf, ratePerSecond } = options;
    const { log, clock, onSkipped, onGone } = deps;
    const rate = createRateLimit(ratePerSecond, clock);
    this.#options = options;
    this.#deps = deps;
    this.#partDeps = {
      log,
      keyOf,
      async mayWrite(count, signal) {
        await rate.take(count, signal);
        signal.throwIfAborted();
      },
      // At low rates four times a second, so that they stay even.
      jobsAtOnce: Math.min(mostAtOnce, Math.ceil(ratePerSecond / 4)),
      onSkipped,
      onGone,
    };
  }

  /**
   * Writes at most `most` jobs, as many of each replay as of the others, and resolves with what that came to by id.
   * Rejects with what stopped it: another run goes on where this one ended, and fences off whoever did so meanwhile.
   */
  async run(
    members: ReadonlyMap<string, LimitedMember>,
    most: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, MemberProgress>> {
    try {
      await this.#begin([...members.values()]);
      const may = new Map(
        [...members.values()].map(({ id, limit }) => [id, Math.min(limit, most)]),
      );
      const left = new Map(may);
      for (let toWrite = most, before = Infinity; toWrite > 0 && toWrite < before;) {
        before = toWrite;
        toWrite -= await this.#round({ members, left, signal }, toWrite);
      }
      const progressOf = (id: string, most: number): MemberProgress => ({
        written: most - (left.get(id) ?? 0),
        isDone: this.#parts.every((part) => part.isDone(id)),
      });
      return new Map([...may].map(([id, count]) => [id, progressOf(id, count)]));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Forgets all replays but these. */
  retain(ids: ReadonlySet<string>): void {
    for (const part of this.#parts) part.retain(ids);
    for (const id of this.#known ?? []) if (!ids.has(id)) this.#known?.delete(id);
  }

  async close(): Promise<void> {
    this.#known = null;
    await Promise.all(this.#parts.map((part) => part.close()));
  }

  /** Visits each partition for its part of what is left to write. Returns how many jobs were written. */
  async #round(visit: Omit<Visit, "most">, most: number): Promise<number> {
    const parts = this.#parts;
    const each = Math.ceil(most / parts.length);
    let written = 0;
    for (let step = 0; step < parts.length && written < most; step += 1) {
      const part = parts[(this.#turn + step) % parts.length];
      written += (await part?.visit({ ...visit, most: Math.min(each, most - written) })) ?? 0;
    }
    this.#turn += 1;
    return written;
  }

  async #begin(members: readonly JointMember[]): Promise<void> {
    const { topic } = this.#options;
    const { log } = this.#deps;
    if (this.#known === null) {
      const count = await log.partitions(topic);
      this.#parts = Array.from(
        { length: count },
        (_, partition) =>
          this.#parts[partition] ?? new JointPart({ topic, partition }, this.#partDeps),
      );
      await Promise.all(this.#parts.map((part) => part.open()));
      this.#known = new Set();
    }
    const known = this.#known;
    const news = members.filter(({ id }) => !known.has(id));
    // Not before all are open: until then somebody else could still commit.
    const ids = news.map(({ id }) => id);
    const standings = ids.length === 0 ? new Map() : await log.standingsOfAll(ids, topic);
    await Promise.all(this.#parts.map((part) => part.begin(news, standings)));
    for (const id of ids) known.add(id);
  }
}
