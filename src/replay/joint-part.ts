import { OnhookError } from "../errors.ts";
import { partitionKey } from "../log/log-record.ts";
import type { LogRecord, TopicPartition } from "../log/log-record.ts";
import { all } from "../runtime/all.ts";
import { JointChunk } from "./joint-chunk.ts";
import type { Picked, PickRecord, SkipReason } from "./picked.ts";
import type { JointLane, JointReplayLog, SourcePartition, Standings } from "./replay-log.ts";

/** One of the replays that are done together. */
export interface JointMember {
  /** Where it stands is kept by this. */
  readonly id: string;
  /** What was written before is none of its, ms since the epoch. */
  readonly from: number;
  readonly pick: PickRecord;
}

/** What one visit of a partition may do. */
export interface Visit {
  /** By what its records bear: `keyOf`. */
  readonly members: ReadonlyMap<string, JointMember>;
  /** How many more jobs each may get, by id; counted down as they are committed. */
  readonly left: Map<string, number>;
  /** How many jobs are written at most. */
  readonly most: number;
  readonly signal: AbortSignal;
}

export interface JointPartDeps {
  readonly log: JointReplayLog;
  /** To which member a record may belong. */
  readonly keyOf: (record: LogRecord) => string | undefined;
  /** Resolves when so many jobs may be written. Rejects with the signal's reason. */
  readonly mayWrite: (count: number, signal: AbortSignal) => Promise<void>;
  /** Most jobs of one transaction, besides those that each member in it adds. */
  readonly jobsAtOnce: number;
  /** Told of a job that can't be replayed. */
  readonly onSkipped: (id: string, reason: SkipReason, record: LogRecord) => void;
  /** Told of offsets that were not looked at for a replay, and that the topic does not keep any more. */
  readonly onGone: (error: OnhookError) => void;
}

/** A visit as it goes on. */
interface Turn extends Visit {
  /** How many jobs each may still get in this visit, so that all get as many. */
  readonly share: Map<string, number>;
  chunk: JointChunk;
  written: number;
}

/**
 * One partition that is read for several replays at once. Each has a position of its own; a visit reads where the last of
 * them stands and takes along whoever stands there too, so that no part of the log is read more often than replays come
 * to it at different times. What is committed are a member's jobs with the offset behind the last of them.
 *
 * After any rejection, but that of a signal, it is to be closed: what it has written last may be in doubt.
 */
export class JointPart {
  readonly at: TopicPartition;
  readonly #deps: JointPartDeps;
  readonly #lane: JointLane;
  readonly #source: SourcePartition;
  #isOpen = false;
  /** The next offset to look at for each replay. */
  readonly #positions = new Map<string, number>();
  #end = 0;
  /** Offsets of records whose jobs are more than their topic takes. */
  readonly #tooLarge = new Set<number>();
  /** Up to there one job a transaction, to find out which of several is too large. */
  #carefulUntil = 0;
  /** Whose turn it is first, where not all can have some. */
  #first = 0;

  constructor(at: TopicPartition, deps: JointPartDeps) {
    this.at = at;
    this.#deps = deps;
    this.#lane = deps.log.jointLane(at);
    this.#source = deps.log.source(at);
  }

  /** Fences off whoever else is at it, unless it is open. Where these replays stand may be asked for afterwards. */
  async open(ids: readonly string[]): Promise<void> {
    if (this.#isOpen) return;
    await this.#lane.open(ids);
    this.#isOpen = true;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#positions.clear();
    await all([this.#lane.close(), this.#source.close()]);
  }

  /** Whether it knows where the replay stands. */
  knows(id: string): boolean {
    return this.#positions.has(id);
  }

  /** Looks how far the partition goes now, and where those begin that it does not know: where they stand, or at their time. */
  async begin(
    members: readonly JointMember[],
    standings: ReadonlyMap<string, Standings>,
  ): Promise<void> {
    const { begin: low, end } = await this.#source.bounds();
    this.#requireLog(end);
    this.#end = end;
    const fresh: JointMember[] = [];
    for (const member of members) {
      if (this.knows(member.id)) continue;
      const standing = standings.get(member.id)?.get(this.at.partition);
      // One beyond the end is of a topic that was there before under the same name.
      if (standing === undefined || standing.offset > end) fresh.push(member);
      else this.#positions.set(member.id, standing.offset);
    }
    if (fresh.length > 0) {
      // The earliest of their times will do for all: each takes no record from before its own.
      const from = fresh.reduce((earliest, each) => Math.min(earliest, each.from), Infinity);
      const first = (await this.#source.offsetAt(from)) ?? end;
      for (const { id } of fresh) this.#positions.set(id, first);
    }
    this.#passRemoved(low);
  }

  /** A log that ends before what was read of it is another one, or has lost its end: what is known of it counts no more. */
  #requireLog(end: number): void {
    for (const position of this.#positions.values())
      if (position > end) throw this.#interrupted(`ends at ${end}, before ${position}`);
  }

  #interrupted(what: string): OnhookError {
    return new OnhookError("REPLAY_INTERRUPTED", { problem: `${partitionKey(this.at)} ${what}` });
  }

  #passRemoved(low: number): void {
    const passed = [...this.#positions].filter(([, position]) => position < low);
    if (passed.length === 0) return;
    const offset = passed.reduce((first, [, position]) => Math.min(first, position), low);
    this.#deps.onGone(new OnhookError("REPLAY_GONE", { ...this.at, offset }));
    for (const [id] of passed) this.#positions.set(id, low);
  }

  /** Forgets all but these. */
  retain(ids: ReadonlySet<string>): void {
    for (const id of this.#positions.keys()) if (!ids.has(id)) this.#positions.delete(id);
  }

  /** Whether it has been read for the replay, as far as it went at the last `begin`. */
  isDone(id: string): boolean {
    return (this.#positions.get(id) ?? 0) >= this.#end;
  }

  /**
   * Replays until `most` jobs are written, the members have what they may, or nothing is left to read; each gets as many
   * as the others.
   */
  async visit(visit: Visit): Promise<void> {
    const turn: Turn = { ...visit, share: new Map(), chunk: new JointChunk(), written: 0 };
    const first = this.#turnOf(this.#waiting(visit, visit.left), visit.most);
    const each = Math.ceil(visit.most / first.length);
    for (const { id } of first) turn.share.set(id, Math.min(each, visit.left.get(id) ?? 0));
    for (let now = first; now.length > 0 && !isOver(turn); now = this.#waiting(turn, turn.share))
      await this.#page(turn, now);
    await this.#commit(turn);
  }

  /** Where there are more than can have one job each, so many of them, and others the next time. */
  #turnOf(waiting: readonly JointMember[], most: number): readonly JointMember[] {
    if (waiting.length <= most) return waiting;
    const from = this.#first % waiting.length;
    this.#first = from + most;
    return [...waiting.slice(from), ...waiting.slice(0, from)].slice(0, most);
  }

  /** Those for which there is something to read, and which may have it. */
  #waiting({ members }: Visit, may: ReadonlyMap<string, number>): JointMember[] {
    return [...members.values()].filter(({ id }) => (may.get(id) ?? 0) > 0 && !this.isDone(id));
  }

  /** Reads once, where the last of those that wait stands. */
  async #page(turn: Turn, waiting: readonly JointMember[]): Promise<void> {
    turn.signal.throwIfAborted();
    const from = waiting.reduce((low, { id }) => Math.min(low, this.#position(id)), this.#end);
    const { records, next } = await this.#source.fetch(from);
    if (next <= from)
      throw this.#interrupted(`has nothing at ${from}, and should go on to ${this.#end}`);
    let passed = Math.min(next, this.#end);
    for (const record of records) {
      if (record.offset >= this.#end) break;
      await this.#take(turn, record);
      if (!isOver(turn)) continue;
      passed = record.offset + 1;
      break;
    }
    for (const { id } of waiting) {
      const position = this.#position(id);
      if ((turn.share.get(id) ?? 0) > 0 && position >= from)
        this.#positions.set(id, Math.max(position, passed));
    }
  }

  async #take(turn: Turn, record: LogRecord): Promise<void> {
    const { offset } = record;
    const member = turn.members.get(this.#deps.keyOf(record) ?? "");
    if (member === undefined) return;
    const { id } = member;
    const share = turn.share.get(id) ?? 0;
    if (share <= 0 || offset < this.#position(id)) return;
    const picked = await this.#pick(member, record);
    this.#positions.set(id, offset + 1);
    if (picked.kind === "skipped") this.#deps.onSkipped(id, picked.reason, record);
    if (picked.kind !== "job") return;
    turn.chunk.add(id, picked.job, offset);
    turn.share.set(id, share - 1);
    if (offset < this.#carefulUntil || turn.chunk.isFull(this.#deps.jobsAtOnce))
      await this.#commit(turn);
  }

  #position(id: string): number {
    return this.#positions.get(id) ?? this.#end;
  }

  async #pick(member: JointMember, record: LogRecord): Promise<Picked> {
    if (this.#tooLarge.has(record.offset)) return { kind: "skipped", reason: "too-large" };
    return member.pick(record);
  }

  async #commit(turn: Turn): Promise<void> {
    const { chunk, signal } = turn;
    const { jobs, offsets, counts } = chunk;
    if (jobs.length === 0) return;
    await this.#deps.mayWrite(jobs.length, signal);
    try {
      await this.#lane.commit(jobs, offsets);
    } catch (error) {
      if (!(error instanceof OnhookError) || error.code !== "RECORD_TOO_LARGE") throw error;
      this.#beCareful(chunk);
      throw new OnhookError("REPLAY_INTERRUPTED", { problem: error.message }, { cause: error });
    }
    turn.written += jobs.length;
    for (const [id, count] of counts) turn.left.set(id, (turn.left.get(id) ?? 0) - count);
    turn.chunk = new JointChunk();
  }

  /** First finds out which job it is that the topic does not take, then leaves that one out, so that none behind it waits for ever. */
  #beCareful({ jobs, last }: JointChunk): void {
    if (jobs.length === 1) this.#tooLarge.add(last);
    else this.#carefulUntil = Math.max(this.#carefulUntil, last + 1);
  }
}

function isOver({ written, chunk, most }: Turn): boolean {
  return written + chunk.jobs.length >= most;
}
