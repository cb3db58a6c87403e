import { readHandOn } from "../jobs/hand-on.ts";
import type { RecordName } from "../jobs/hand-on.ts";
import { readJobState } from "../jobs/job-state.ts";
import type { LogRecord, TopicPartition } from "../log/log-record.ts";
import { RecordMemory } from "./record-memory.ts";

/** Who has a partition in hand. */
export interface Holder {
  readonly at: TopicPartition;
  /** It is another's now. */
  readonly lost: boolean;
  /** It is this process's beyond doubt: not lost, and the group can't have given it away without having told. */
  readonly sure: boolean;
}

/** A record that was taken in. */
export interface InHand {
  /** To be asked before anything is done for it: false where another record stands for the same work. */
  begin(): boolean;
  /** To be asked before it is handed on: false where a record that carries it on is here already. */
  leave(): boolean;
  /** It is done. */
  end(): void;
}

/** A record that came by a hand-on. */
interface HandedOn {
  readonly holder: Holder;
  readonly offset: number;
  readonly attempt: number;
  state: "waiting" | "done";
}

/** So many names of each kind are remembered, some 15 MiB at most: at a thousand jobs a second those of a minute and a half. */
const remembered = 100_000;

/**
 * What is further on its way comes first, then by topic, partition and offset. It must be the same order for everyone:
 * of all that stand for the same work there is then one that nobody passes over.
 */
function isBefore(one: HandedOn, other: HandedOn): boolean {
  if (one.attempt !== other.attempt) return one.attempt > other.attempt;
  const [{ topic, partition }, at] = [one.holder.at, other.holder.at];
  if (topic !== at.topic) return topic < at.topic;
  if (partition !== at.partition) return partition < at.partition;
  return one.offset < other.offset;
}

/**
 * Tells the records of one process that stand for the same work. A worker that dies, or loses its partition, between
 * handing a job on and committing that leaves two: the record that it was handed on from, and the one that carries it on.
 * If the first is handed on once more, there are two of the second.
 *
 * A record is passed over only where another one of these is in this process's hands beyond doubt, or was done by it: then
 * the other one's own offset sees to it that the work is done, whoever gets its partition next. It is always the same one
 * of two that may be passed over for the other, never either: whoever handed the first on may get its partition back,
 * and counts it as done.
 */
export class HandOns {
  /** By the record that they were handed on from. */
  readonly #handedOn: RecordMemory<HandedOn>;
  /** Records that were done here and not handed on. */
  readonly #ended: RecordMemory<true>;

  constructor(limit = remembered) {
    this.#handedOn = new RecordMemory(limit);
    this.#ended = new RecordMemory(limit);
  }

  /** Takes a record in; null where it is to be passed over. */
  take(record: LogRecord, holder: Holder): InHand | null {
    const from = readHandOn(record.headers);
    if (from === undefined) return this.isCarriedOn(record) ? null : new Held(this, record, holder);
    const { attempt } = readJobState(record.headers);
    const handedOn: HandedOn = { holder, offset: record.offset, attempt, state: "waiting" };
    if (this.isCarriedOn(record)) {
      // As good as done: what it came from must not be done for want of it.
      this.#handedOn.set(from, { ...handedOn, state: "done" });
      return null;
    }
    if (this.isNeedless(from, handedOn)) return null;
    this.#handedOn.set(from, handedOn);
    return new HeldHandOn(this, record, from, handedOn);
  }

  /** Whether the record that carries it on is here already, or done. */
  isCarriedOn(name: RecordName): boolean {
    const next = this.#handedOn.get(name);
    return next !== undefined && (next.state === "done" || next.holder.sure);
  }

  /** Whether what came by a hand-on is done elsewhere: as another record that was handed on from the same, or as that itself. */
  isNeedless(from: RecordName, handedOn: HandedOn): boolean {
    return this.#isCopy(from, handedOn) || this.#ended.get(from) !== undefined;
  }

  /** A record is done here, and not handed on. */
  ended(name: RecordName): void {
    this.#ended.set(name, true);
  }

  /** Forgets a record that is passed over, unless another one is remembered in its place. */
  forget(from: RecordName, handedOn: HandedOn): void {
    if (this.#handedOn.get(from) === handedOn) this.#handedOn.delete(from);
  }

  /** Whether another record that was handed on from the same is here, or done, and goes first. */
  #isCopy(from: RecordName, handedOn: HandedOn): boolean {
    const other = this.#handedOn.get(from);
    if (other === undefined || other === handedOn || !isBefore(other, handedOn)) return false;
    return other.state === "done" || other.holder.sure;
  }
}

/** Thousands of these wait at a time, which is why they are of a class, as what they belong to is. */
class Held implements InHand {
  protected readonly handOns: HandOns;
  readonly #name: RecordName;
  readonly #holder: Holder;
  #isHandedOn = false;

  constructor(handOns: HandOns, name: RecordName, holder: Holder) {
    this.handOns = handOns;
    this.#name = name;
    this.#holder = holder;
  }

  begin(): boolean {
    return !this.handOns.isCarriedOn(this.#name);
  }

  leave(): boolean {
    this.#isHandedOn = true;
    return !this.handOns.isCarriedOn(this.#name);
  }

  end(): void {
    if (!this.#isHandedOn && !this.#holder.lost) this.handOns.ended(this.#name);
  }
}

/** One that came by a hand-on itself. */
class HeldHandOn extends Held {
  readonly #from: RecordName;
  readonly #handedOn: HandedOn;

  constructor(handOns: HandOns, name: RecordName, from: RecordName, handedOn: HandedOn) {
    super(handOns, name, handedOn.holder);
    this.#from = from;
    this.#handedOn = handedOn;
  }

  override begin(): boolean {
    if (this.handOns.isNeedless(this.#from, this.#handedOn)) {
      // Forgotten, not done: else the other one could be passed over in turn, should it come once more.
      this.handOns.forget(this.#from, this.#handedOn);
      return false;
    }
    if (super.begin()) return true;
    this.#handedOn.state = "done";
    return false;
  }

  override end(): void {
    if (!this.#handedOn.holder.lost) this.#handedOn.state = "done";
    super.end();
  }
}
