/** The last instant whose year has four digits, as ISO 8601 has them where nobody has agreed on more. */
const lastTold = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * A time as it is told: ISO 8601, UTC. `ms` since the epoch. Times of records are their writers' own, and may be anything:
 * what is before the epoch or beyond the year 9999 is told as the nearest that is not.
 */
export function toldTime(ms: number): string {
  return new Date(Math.min(Math.max(0, Math.trunc(ms)), lastTold)).toISOString();
}
