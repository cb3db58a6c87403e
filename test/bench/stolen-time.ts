import { readFileSync } from "node:fs";

interface Ticks {
  readonly total: number;
  readonly stolen: number;
}

/** Of all processors together. Source: proc(5), the first line of /proc/stat; `guest` is counted in `user` already. */
function ticks(): Ticks {
  const [first = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const counts = first.trim().split(/\s+/).slice(1, 9).map(Number);
  return { total: counts.reduce((sum, each) => sum + each, 0), stolen: counts[7] ?? 0 };
}

/**
 * Begins to count which part of the machine's processor time its host gave to other machines. Returns what tells it, 0 to 1:
 * with more than a few percent, what a benchmark says of time says more about the neighbours.
 */
export function countStolenTime(): () => number {
  const before = ticks();
  return () => {
    const now = ticks();
    return (now.stolen - before.stolen) / Math.max(1, now.total - before.total);
  };
}
