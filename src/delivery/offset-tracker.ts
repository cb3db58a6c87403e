import type { FinishedRun } from "./finished-offsets.ts";

/**
 * Which records of a partition have been begun and which are finished, in whatever order they finish. The mark is the
 * offset that may be committed: everything below it is finished. Committing anything above the oldest unfinished
 * record would lose it in a crash. Offsets must be begun in rising order; gaps (control records, aborted ones) are fine.
 */
export interface OffsetTracker {
  /** Takes a record on; false when it is known already: being worked on, or finished. */
  begin(offset: number): boolean;
  finish(offset: number): void;
  /** The offset to commit, or null while nothing was begun. */
  readonly mark: number | null;
  /**
   * What is finished above the mark, in rising order. A run goes on over offsets that no record has (markers of
   * transactions, aborted records): they are never handed out.
   */
  finishedBeyond(): readonly FinishedRun[];
  /** How many were begun and are not finished. */
  readonly open: number;
}

export function createOffsetTracker(): OffsetTracker {
  return new Offsets();
}

/** There is no such offset. */
const none = -1;

/**
 * Keeps those that are open, and of each the run of finished ones behind it: what it takes to tell is then in proportion
 * to what is open, however much was finished behind a request that hangs. Their offsets rise, so that one is found by halving.
 */
class Offsets implements OffsetTracker {
  readonly #open: number[] = [];
  /** Behind each: the first and the last record that are finished before the next open one. */
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  #next: number | null = null;

  get open(): number {
    return this.#open.length;
  }

  get mark(): number | null {
    return this.#open[0] ?? this.#next;
  }

  begin(offset: number): boolean {
    if (this.#next !== null && offset < this.#next) return false;
    this.#open.push(offset);
    this.#first.push(none);
    this.#last.push(none);
    this.#next = offset + 1;
    return true;
  }

  finish(offset: number): void {
    const place = this.#placeOf(offset);
    if (this.#open[place] !== offset) return;
    this.#open.splice(place, 1);
    this.#first.splice(place, 1);
    const [last = none] = this.#last.splice(place, 1);
    if (place === 0) return;
    // It joins the run before it to the one behind it.
    const before = place - 1;
    if (this.#first[before] === none) this.#first[before] = offset;
    this.#last[before] = last === none ? offset : last;
  }

  finishedBeyond(): readonly FinishedRun[] {
    const runs: FinishedRun[] = [];
    for (let place = 0; place < this.#open.length; place += 1) {
      const start = this.#first[place] as number;
      if (start !== none) runs.push({ start, end: (this.#last[place] as number) + 1 });
    }
    return runs;
  }

  /** Where it is among the open ones, or would be. */
  #placeOf(offset: number): number {
    let [low, high] = [0, this.#open.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#open[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
