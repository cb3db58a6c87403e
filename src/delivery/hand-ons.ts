import { nameOf, readHandOn } from "../jobs/hand-on.ts";
import { readJobState } from "../jobs/job-state.ts";
import type { LogRecord, TopicPartition } from "../log/log-record.ts";

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
  /**
   * To be asked before anything is done for it: false where the record that it was handed on from is here as well, and
   * does what there is to do.
   */
  begin(): boolean;
  /** It is being handed on: the record that names it from now on is its own. */
  leave(): void;
  /** It is done. */
  end(): void;
}

/** A record that came by a hand-on. */
interface HandedOn {
  readonly holder: Holder;
  readonly offset: number;
  readonly attempt: number;
  state: "waiting" | "begun" | "done";
}

/** So many names of each kind are remembered, some 15 MiB: at a thousand jobs a second those of a minute and a half. */
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

/** A record in hand that is nobody's copy. */
class Held implements InHand {
  readonly #name: string;
  readonly #holder: Holder;
  readonly #inHand: Map<string, Holder>;
  readonly #ends: (name: string) => void;

  constructor(
    name: string,
    holder: Holder,
    inHand: Map<string, Holder>,
    ends: (name: string) => void,
  ) {
    this.#name = name;
    this.#holder = holder;
    this.#inHand = inHand;
    this.#ends = ends;
  }

  begin(): boolean {
    return true;
  }

  leave(): void {
    this.#letGo();
  }

  end(): void {
    if (this.#letGo() && !this.#holder.lost) this.#ends(this.#name);
  }

  #letGo(): boolean {
    return this.#inHand.get(this.#name) === this.#holder && this.#inHand.delete(this.#name);
  }
}

/**
 * Tells the records of one process that stand for the same work. A worker that dies, or loses its partition, between
 * handing a job on and committing that leaves two: the record that it was handed on from, and the one that carries it on.
 * If the first is handed on once more, there are two of the second.
 *
 * A record is passed over only where another one of these is in this process's hands beyond doubt, or was done by it: then
 * the other one's own offset sees to it that the work is done, whoever gets its partition next.
 */
export class HandOns {
  /** By the record that they were handed on from. */
  readonly #handedOn = new Map<string, HandedOn>();
  /** By the record: who has it in hand. */
  readonly #inHand = new Map<string, Holder>();
  /** Records that were done here and not handed on. */
  readonly #ended = new Map<string, true>();
  readonly #ends = (name: string): void => this.#remember(this.#ended, name, true);
  readonly #limit: number;

  constructor(limit = remembered) {
    this.#limit = limit;
  }

  /** Takes a record in; null where it is to be passed over. */
  take(record: LogRecord, holder: Holder): InHand | null {
    const name = nameOf(record);
    const from = readHandOn(record.headers);
    if (this.#isCarriedOn(name)) return null;
    if (from === undefined) return this.#hold(name, holder);
    const { attempt } = readJobState(record.headers);
    const handedOn: HandedOn = { holder, offset: record.offset, attempt, state: "waiting" };
    if (this.#isCopy(from, handedOn) || this.#isHere(from)) return null;
    this.#remember(this.#handedOn, from, handedOn);
    const inHand = this.#hold(name, holder);
    return {
      begin: () => {
        if (this.#isCopy(from, handedOn) || this.#isHere(from)) {
          // Forgotten, not done: else the other one could be passed over in turn, should it come once more.
          if (this.#handedOn.get(from) === handedOn) this.#handedOn.delete(from);
          inHand.leave();
          return false;
        }
        handedOn.state = "begun";
        return true;
      },
      leave: () => inHand.leave(),
      end: () => {
        if (!holder.lost) handedOn.state = "done";
        inHand.end();
      },
    };
  }

  /** What a holder had in hand is another's. */
  forget(holder: Holder): void {
    for (const [name, each] of this.#inHand) if (each === holder) this.#inHand.delete(name);
  }

  #hold(name: string, holder: Holder): InHand {
    this.#inHand.set(name, holder);
    return new Held(name, holder, this.#inHand, this.#ends);
  }

  /** Whether another record that was handed on from the same is here, or done, and goes first. */
  #isCopy(from: string, handedOn: HandedOn): boolean {
    const other = this.#handedOn.get(from);
    if (other === undefined || other === handedOn || !isBefore(other, handedOn)) return false;
    return other.state === "done" || other.holder.sure;
  }

  /** Whether what it was handed on from has come again: whoever had handed that on could not commit it. */
  #isHere(from: string): boolean {
    return this.#ended.has(from) || this.#inHand.get(from)?.sure === true;
  }

  /** Whether the record that carries it on is under way here already, or done. */
  #isCarriedOn(name: string): boolean {
    const next = this.#handedOn.get(name);
    if (next === undefined) return false;
    return next.state === "done" || (next.state === "begun" && next.holder.sure);
  }

  /** The oldest is forgotten. */
  #remember<T>(map: Map<string, T>, name: string, value: T): void {
    map.delete(name);
    map.set(name, value);
    if (map.size <= this.#limit) return;
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
}
