import type { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import { all } from "../runtime/all.ts";
import type { Clock } from "../runtime/clock.ts";
import { JointPart } from "./joint-part.ts";
import type { JointMember, JointPartDeps, Visit } from "./joint-part.ts";
import type { SkipReason } from "./picked.ts";
import { createRateLimit } from "./rate-limit.ts";
import { jobsAtOnce } from "./replay-chunk.ts";
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
  /** Told of what keeps a partition out of a run. */
  readonly onFailed: (error: unknown) => void;
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

/**
 * Any number of replays of one topic that read it together, each of which writes its jobs exactly once however often all
 * are stopped, killed, or run twice at a time: where one stands is committed with its jobs, by whoever has opened the
 * partition's way out last. A replay that was alone before goes on where it stood.
 *
 * Between runs it keeps its connections, and what it knows: `close` gives that up.
 */
export class JointReplay {
  readonly #options: JointReplayOptions;
  readonly #deps: JointReplayDeps;
  readonly #partDeps: JointPartDeps;
  #parts: readonly JointPart[] = [];
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
      jobsAtOnce: jobsAtOnce(ratePerSecond),
      onSkipped,
      onGone,
    };
  }

  /**
   * Writes at most `most` jobs, as many of each replay as of the others, and resolves with what that came to by id. A
   * partition that can't be had is told, and left to the next run; the others go on. Rejects with the signal's reason, and
   * where it is not known how many partitions there are.
   */
  async run(
    members: ReadonlyMap<string, LimitedMember>,
    most: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, MemberProgress>> {
    try {
      const well = new Set(await this.#begin([...members.values()], signal));
      const may = new Map(
        [...members.values()].map(({ id, limit }) => [id, Math.min(limit, most)]),
      );
      const left = new Map(may);
      for (let toWrite = most, before = Infinity; toWrite > 0 && toWrite < before;) {
        before = toWrite;
        toWrite -= await this.#round({ members, left, signal }, toWrite, well);
      }
      const isWhole = well.size === this.#parts.length;
      const progressOf = (id: string, count: number): MemberProgress => ({
        written: count - (left.get(id) ?? 0),
        isDone: isWhole && this.#parts.every((part) => part.isDone(id)),
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
  }

  async close(): Promise<void> {
    await all(this.#parts.map((part) => part.close()));
  }

  /** Visits each partition that is well for its part of what is left to write. Returns how many jobs were written. */
  async #round(visit: Omit<Visit, "most">, most: number, well: Set<JointPart>): Promise<number> {
    const parts = this.#parts;
    const each = Math.ceil(most / Math.max(1, well.size));
    let written = 0;
    for (let step = 0; step < parts.length && written < most; step += 1) {
      const part = parts[(this.#turn + step) % parts.length] as JointPart;
      if (!well.has(part)) continue;
      const before = total(visit.left);
      const those = await this.#working([part], visit.signal, () =>
        part.visit({ ...visit, most: Math.min(each, most - written) }),
      );
      if (those.length === 0) well.delete(part);
      written += before - total(visit.left);
    }
    this.#turn += 1;
    return written;
  }

  /** Opens the partitions, as many as there are now. Returns those that can be read. */
  async #begin(members: readonly JointMember[], signal: AbortSignal): Promise<JointPart[]> {
    const { topic } = this.#options;
    const { log } = this.#deps;
    const count = await log.partitions(topic);
    if (count !== this.#parts.length) {
      await this.close();
      this.#parts = Array.from(
        { length: count },
        (_, partition) => new JointPart({ topic, partition }, this.#partDeps),
      );
    }
    const open = await this.#working(this.#parts, signal, (part) =>
      part.open(members.map(({ id }) => id)),
    );
    // Not before they are open: until then somebody else could still commit.
    const ids = members.map(({ id }) => id).filter((id) => open.some((part) => !part.knows(id)));
    // Of those alone: another's may not be settled yet.
    const at = { topic, partitions: open.map((part) => part.at.partition) };
    const standings = ids.length === 0 ? new Map() : await log.standingsOfAll(ids, at, signal);
    return this.#working(open, signal, (part) => part.begin(members, standings));
  }

  /** Does it with each; returns those with which it went well. The others are told and closed. */
  async #working(
    parts: readonly JointPart[],
    signal: AbortSignal,
    work: (part: JointPart) => Promise<unknown>,
  ): Promise<JointPart[]> {
    const results = await Promise.allSettled(parts.map(work));
    signal.throwIfAborted();
    const well: JointPart[] = [];
    for (const [index, result] of results.entries()) {
      const part = parts[index] as JointPart;
      if (result.status === "fulfilled") {
        well.push(part);
      } else {
        this.#deps.onFailed(result.reason);
        await part.close();
      }
    }
    return well;
  }
}

function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
