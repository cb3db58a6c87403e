import type { CommittedOffset, LogRecord, TopicPartition } from "../log/log-record.ts";
import { recordSize } from "../log/record-size.ts";
import { decodeFinished, encodeFinished } from "./finished-offsets.ts";
import type { HandOns, InHand } from "./hand-ons.ts";
import { createOffsetTracker } from "./offset-tracker.ts";

export interface IntakeLimits {
  /** A partition is paused while this many of its records are not finished, or this many bytes. */
  readonly records: number;
  readonly bytes: number;
}

/** A record that was taken in and has to be finished, once, by whoever holds it. */
export interface Taken {
  readonly record: LogRecord;
  /**
   * Since when its kind has had more than half of the room that its partition has here, ms since the epoch; null where
   * it has not, or where there is no other kind to be kept out.
   */
  readonly crowdingSince: number | null;
  /** The partition went to another worker, who starts at the last commit: the job is theirs now. */
  readonly lost: boolean;
  /** It is not lost, beyond doubt: there is nothing to wait for. */
  readonly sure: boolean;
  /** Resolves once `lost` can be relied on: at once, but after a freeze when the group has answered again. */
  confirmed(): Promise<void>;
  /**
   * To be asked before anything is done for it. False where there is nothing to do, as another record stands for the same
   * work: it is finished then.
   */
  begin(): boolean;
  /** To be asked before it is handed on: false where a record that carries it on is here already. */
  leave(): boolean;
  finish(): void;
}

export interface LaneOptions {
  readonly limits: IntakeLimits;
  /** The first offset that is handed out, and what was noted with the commit that it follows on. */
  readonly begin: { readonly offset: number; readonly metadata: string };
  /** Ms since the epoch. */
  readonly now: () => number;
  readonly confirmed: () => Promise<void>;
  /** See PartitionConsumer. */
  readonly isConfirmed: () => boolean;
  readonly handOns: HandOns;
  /** Told of each record that is passed over, since another one stands for the same work. */
  readonly copied: (record: LogRecord) => void;
}

/** Thousands of these wait at a time: what each can do is the class's, for closures of their own would take ten times the room. */
class TakenRecord implements Taken {
  readonly record: LogRecord;
  readonly #lane: PartitionLane;
  readonly #kind: string;
  readonly #inHand: InHand;
  readonly #finished: () => void;

  constructor(
    lane: PartitionLane,
    record: LogRecord,
    kind: string,
    inHand: InHand,
    finished: () => void,
  ) {
    this.record = record;
    this.#lane = lane;
    this.#kind = kind;
    this.#inHand = inHand;
    this.#finished = finished;
  }

  get lost(): boolean {
    return this.#lane.lost;
  }

  get sure(): boolean {
    return this.#lane.sure;
  }

  get crowdingSince(): number | null {
    return this.#lane.crowdingSince(this.#kind);
  }

  confirmed(): Promise<void> {
    return this.#lane.confirmed();
  }

  begin(): boolean {
    if (this.#inHand.begin()) return true;
    this.#finish();
    this.#lane.copied(this.record);
    return false;
  }

  leave(): boolean {
    return this.#inHand.leave();
  }

  finish(): void {
    this.#inHand.end();
    this.#finish();
  }

  #finish(): void {
    this.#lane.finish(this.record, this.#kind);
    this.#finished();
  }
}

/** What one worker has in hand of one partition. */
export class PartitionLane {
  readonly at: TopicPartition;
  /** What was last committed. */
  committed: CommittedOffset | null = null;
  /** What was last to be committed: it may be, though nobody has said so. */
  committing: CommittedOffset | null = null;
  paused = false;
  lost = false;
  /** The group has handed the partition out anew, to this worker again, and nothing of it has come since. */
  reassigned = false;
  readonly #tracker = createOffsetTracker();
  readonly #limits: IntakeLimits;
  readonly #begin: LaneOptions["begin"];
  /** Finished by whoever had the partition before, beyond what they could commit. */
  readonly #finishedBefore: (offset: number) => boolean;
  readonly #now: () => number;
  readonly #confirmed: () => Promise<void>;
  readonly #isConfirmed: () => boolean;
  readonly #handOns: HandOns;
  readonly #copied: LaneOptions["copied"];
  #bytes = 0;
  /** How many records of each kind are not finished. */
  readonly #kinds = new Map<string, number>();
  #crowding: { readonly kind: string; readonly since: number } | null = null;

  constructor({ topic, partition }: TopicPartition, options: LaneOptions) {
    this.at = { topic, partition };
    this.#limits = options.limits;
    this.#begin = options.begin;
    this.#finishedBefore = decodeFinished(options.begin.metadata);
    this.#now = options.now;
    this.#confirmed = options.confirmed;
    this.#isConfirmed = options.isConfirmed;
    this.#handOns = options.handOns;
    this.#copied = options.copied;
  }

  /** What is to be committed, or null where nothing has changed since the last commit. */
  nextCommit(): CommittedOffset | null {
    const { mark } = this.#tracker;
    if (mark === null) return null;
    const metadata = encodeFinished(mark, this.#tracker.finishedBeyond());
    const { offset, metadata: before = "" } = this.committed ?? {};
    if (offset === mark && before === metadata) return null;
    return { ...this.at, offset: mark, ...(metadata !== "" && { metadata }) };
  }

  /** Whether the group stands where this lane has left it, so that nobody else has gone on with the partition. */
  standsAt(group: CommittedOffset | undefined): boolean {
    const { offset = 0, metadata = "" } = group ?? {};
    const { committed, committing } = this;
    // Up to the first record there may be offsets that none has.
    if (committed === null && offset <= this.#begin.offset && metadata === this.#begin.metadata)
      return true;
    return [committed, committing].some(
      (each) => each?.offset === offset && (each.metadata ?? "") === metadata,
    );
  }

  get sure(): boolean {
    return !this.lost && this.#isConfirmed();
  }

  get mark(): number | null {
    return this.#tracker.mark;
  }

  get full(): boolean {
    return this.#tracker.open >= this.#limits.records || this.#bytes >= this.#limits.bytes;
  }

  /** Well below the limits: a lane that resumed right below them would be paused again by the next fetch. */
  get roomy(): boolean {
    return this.#tracker.open <= this.#limits.records / 2 && this.#bytes <= this.#limits.bytes / 2;
  }

  /** Takes a record on; null when it is in hand here already, or was finished here or by whoever was here before, or is a copy. */
  take(record: LogRecord, kind: string, finished: () => void): Taken | null {
    if (!this.#tracker.begin(record.offset)) return null;
    const isFinished = this.#finishedBefore(record.offset);
    const inHand = isFinished ? null : this.#handOns.take(record, this);
    if (inHand === null) {
      this.#tracker.finish(record.offset);
      if (!isFinished) this.#copied(record);
      return null;
    }
    this.#bytes += recordSize(record);
    this.#count(kind, 1);
    return new TakenRecord(this, record, kind, inHand, finished);
  }

  /** A record that was taken is done. */
  finish(record: LogRecord, kind: string): void {
    this.#tracker.finish(record.offset);
    this.#bytes -= recordSize(record);
    this.#count(kind, -1);
  }

  confirmed(): Promise<void> {
    return this.#confirmed();
  }

  copied(record: LogRecord): void {
    this.#copied(record);
  }

  /** See Taken. */
  crowdingSince(kind: string): number | null {
    return this.#crowding?.kind === kind && this.#kinds.size > 1 ? this.#crowding.since : null;
  }

  #count(kind: string, by: number): void {
    const count = (this.#kinds.get(kind) ?? 0) + by;
    if (count === 0) this.#kinds.delete(kind);
    else this.#kinds.set(kind, count);
    const crowds = count > this.#limits.records / 2;
    if (crowds && this.#crowding?.kind !== kind) this.#crowding = { kind, since: this.#now() };
    if (!crowds && this.#crowding?.kind === kind) this.#crowding = null;
  }
}
