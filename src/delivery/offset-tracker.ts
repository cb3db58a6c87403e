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
  const finished = new Map<number, boolean>();
  let next: number | null = null;

  /** A map keeps the order of insertion, which is the order of offsets: its head is the oldest open record. */
  function dropFinishedHead(): void {
    for (const [offset, done] of finished) {
      if (!done) return;
      finished.delete(offset);
    }
  }

  let open = 0;
  return {
    begin(offset) {
      if (next !== null && offset < next) return false;
      finished.set(offset, false);
      next = offset + 1;
      open += 1;
      return true;
    },
    finish(offset) {
      if (finished.get(offset) !== false) return;
      finished.set(offset, true);
      open -= 1;
      dropFinishedHead();
    },
    get mark() {
      const [oldest] = finished.keys();
      return oldest ?? next;
    },
    finishedBeyond() {
      const runs: FinishedRun[] = [];
      let start = null as number | null;
      let end = 0;
      // Not by an iterator: that makes an array for each of the records, a hundred times a second.
      finished.forEach((done, offset) => {
        if (done) {
          start ??= offset;
          end = offset + 1;
        } else if (start !== null) {
          runs.push({ start, end });
          start = null;
        }
      });
      if (start !== null) runs.push({ start, end });
      return runs;
    },
    get open() {
      return open;
    },
  };
}
