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

/** So many finished ones at the head are dropped together. */
const droppedTogether = 256;

export function createOffsetTracker(): OffsetTracker {
  return new Offsets();
}

/**
 * Its offsets rise, so that one is found by halving. A map would be asked for its first key all the time, and then looks
 * at each that was deleted in front of it.
 */
class Offsets implements OffsetTracker {
  open = 0;
  readonly #offsets: number[] = [];
  readonly #isDone: boolean[] = [];
  /** The place of the oldest that is open. */
  #head = 0;
  #next: number | null = null;

  get mark(): number | null {
    return this.#offsets[this.#head] ?? this.#next;
  }

  begin(offset: number): boolean {
    if (this.#next !== null && offset < this.#next) return false;
    this.#offsets.push(offset);
    this.#isDone.push(false);
    this.#next = offset + 1;
    this.open += 1;
    return true;
  }

  finish(offset: number): void {
    const place = this.#placeOf(offset);
    if (this.#offsets[place] !== offset || this.#isDone[place] === true) return;
    this.#isDone[place] = true;
    this.open -= 1;
    if (place === this.#head) this.#dropFinishedHead();
  }

  finishedBeyond(): readonly FinishedRun[] {
    const runs: FinishedRun[] = [];
    let start = null as number | null;
    let end = 0;
    for (let place = this.#head; place < this.#offsets.length; place += 1) {
      const offset = this.#offsets[place] as number;
      if (this.#isDone[place] === true) {
        start ??= offset;
        end = offset + 1;
      } else if (start !== null) {
        runs.push({ start, end });
        start = null;
      }
    }
    if (start !== null) runs.push({ start, end });
    return runs;
  }

  #placeOf(offset: number): number {
    let [low, high] = [this.#head, this.#offsets.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#offsets[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropFinishedHead(): void {
    while (this.#isDone[this.#head] === true) this.#head += 1;
    if (this.#head < droppedTogether && this.#head < this.#offsets.length) return;
    this.#offsets.splice(0, this.#head);
    this.#isDone.splice(0, this.#head);
    this.#head = 0;
  }
}
