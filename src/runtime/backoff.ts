export interface BackoffOptions {
  /** The longest wait after the first failure, in ms. */
  readonly baseMs?: number;
  /** No wait is longer, in ms. */
  readonly capMs?: number;
}

/**
 * How long to wait, in whole ms, after `failures` (0 for the first) failures in a row: doubling, up to a cap, and
 * anywhere in the upper half of that, so that workers which failed together don't come back together.
 * `random` gives numbers from 0 (included) to 1 (excluded).
 */
export function backoffMs(
  failures: number,
  random: () => number,
  { baseMs = 100, capMs = 10_000 }: BackoffOptions = {},
): number {
  const longest = Math.min(capMs, baseMs * 2 ** Math.max(0, failures));
  return Math.round((longest / 2) * (1 + random()));
}
