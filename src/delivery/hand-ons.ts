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
  readonly #handedOn = new Map<string, HandedOn>();
  /** Records that were done here and not handed on. */
  readonly #ended = new Map<string, true>();
  readonly #limit: number;

  constructor(limit = remembered) {
    this.#limit = limit;
  }

  /** Takes a record in; null where it is to be passed over. */
  take(record: LogRecord, holder: Holder): InHand | null {
    const name = nameOf(record);
    const from = readHandOn(record.headers);
    if (from === undefined) return this.#isCarriedOn(name) ? null : this.#hold(name, holder);
    const { attempt } = readJobState(record.headers);
    const handedOn: HandedOn = { holder, offset: record.offset, attempt, state: "waiting" };
    if (this.#isCarriedOn(name)) {
      // As good as done: what it came from must not be done for want of it.
      this.#remember(this.#handedOn, from, { ...handedOn, state: "done" });
      return null;
    }
    const isNeedless = (): boolean => this.#isCopy(from, handedOn) || this.#ended.has(from);
    if (isNeedless()) return null;
    this.#remember(this.#handedOn, from, handedOn);
    const inHand = this.#hold(name, holder);
    return {
      begin: () => {
        if (isNeedless()) {
          // Forgotten, not done: else the other one could be passed over in turn, should it come once more.
          if (this.#handedOn.get(from) === handedOn) this.#handedOn.delete(from);
          return false;
        }
        if (inHand.begin()) return true;
        handedOn.state = "done";
        return false;
      },
      leave: () => inHand.leave(),
      end: () => {
        if (!holder.lost) handedOn.state = "done";
        inHand.end();
      },
    };
  }

  #hold(name: string, holder: Holder): InHand {
    let isHandedOn = false;
    return {
      begin: () => !this.#isCarriedOn(name),
      leave: () => {
        isHandedOn = true;
        return !this.#isCarriedOn(name);
      },
      end: () => {
        if (!isHandedOn && !holder.lost) this.#remember(this.#ended, name, true);
      },
    };
  }

  /** Whether another record that was handed on from the same is here, or done, and goes first. */
  #isCopy(from: string, handedOn: HandedOn): boolean {
    const other = this.#handedOn.get(from);
    if (other === undefined || other === handedOn || !isBefore(other, handedOn)) return false;
    return other.state === "done" || other.holder.sure;
  }

  /** Whether the record that carries it on is here already, or done. */
  #isCarriedOn(name: string): boolean {
    const next = this.#handedOn.get(name);
    return next !== undefined && (next.state === "done" || next.holder.sure);
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
