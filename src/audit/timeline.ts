import { graceMs } from "./window.ts";
import type { Window } from "./window.ts";

/** When an event stood in its topic; ms since the epoch. */
interface Dated {
  readonly offset: number;
  readonly at: number;
}

/** What the jobs show of how far the matchers had read: the last time that one had not seen more than an offset. */
export class SeenOffsets {
  readonly #lastAt = new Map<number, number>();
  #sorted: { readonly offset: number; readonly lastAt: number }[] | null = null;

  /** A job was made at a time by a matcher whose newest event was that of `offset`. */
  note(offset: number, at: number): void {
    this.#lastAt.set(offset, Math.max(at, this.#lastAt.get(offset) ?? at));
    this.#sorted = null;
  }

  /** The last time at which a matcher is known not to have had the event at `offset`; ms, -Infinity where none is. */
  lastWithout(offset: number): number {
    const sorted = (this.#sorted ??= this.#sort());
    const last = lastIndex(sorted.length, (index) => (sorted[index]?.offset ?? offset) < offset);
    return sorted[last]?.lastAt ?? -Infinity;
  }

  #sort(): { offset: number; lastAt: number }[] {
    let latest = -Infinity;
    return [...this.#lastAt]
      .sort(([a], [b]) => a - b)
      .map(([offset, at]) => ({ offset, lastAt: (latest = Math.max(latest, at)) }));
  }
}

/** Tells which states of a compacted topic a call may have been matched with. */
export interface Timeline {
  /** For a call that was matched at some time from `earliest` to `latest`, ms since the epoch. */
  window(earliest: number, latest: number): Window;
}

/** The index of the last item for which `holds`, where it holds for all before that; -1 where there is none. */
function lastIndex(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * An event is certainly in force once `graceMs` have passed since its append, and since the last job of a matcher that
 * had not read it; it certainly is not before it was appended. In between it may be or not. `end`: the topic's.
 */
export function createTimeline(
  events: readonly Dated[],
  lastWithout: (offset: number) => number,
  end: number,
): Timeline {
  let latest = -Infinity;
  const inForceBy = events.map(({ offset, at }) => {
    latest = Math.max(latest, at, lastWithout(offset));
    return latest + graceMs;
  });
  let earliest = Infinity;
  const notBefore = events
    .toReversed()
    .map(({ at }) => (earliest = Math.min(earliest, at)) - graceMs)
    .toReversed();
  return {
    window(from, until) {
      const certain = lastIndex(events.length, (index) => (inForceBy[index] ?? Infinity) <= from);
      const possible = lastIndex(events.length, (index) => (notBefore[index] ?? Infinity) <= until);
      const lo = events[certain]?.offset ?? -1;
      // What is gone between this event and the next may have been read as well.
      const hi = (events[Math.max(possible, certain) + 1]?.offset ?? end) - 1;
      return { lo, hi };
    },
  };
}
