/**
 * The retry ladder: one topic per delay. Within a topic every record waits equally long, so the head of a partition
 * is always the next one due, and nothing behind it could have gone first. Source: the schedule n × 2 s of the
 * trigger's retries, ten rungs; an operator can set another.
 */
export interface Rung {
  readonly topic: string;
  readonly delayMs: number;
}

export interface RetryLadder {
  /** In rising order of delay, one rung for each retry. */
  readonly rungs: readonly Rung[];
}

/** The ladder as data. `delaysMs[n - 1]` is the wait before retry n, strictly rising, whole seconds. */
export function createRetryLadder(prefix: string, delaysMs: readonly number[]): RetryLadder {
  return { rungs: delaysMs.map((delayMs) => ({ topic: `${prefix}${delayMs / 1000}s`, delayMs })) };
}

/** The rung before retry `n` (from 1); retries beyond the ladder's end use its last rung. */
export function rungOfRetry(ladder: RetryLadder, n: number): Rung {
  const rung = ladder.rungs[Math.min(n, ladder.rungs.length) - 1];
  if (rung === undefined) throw new RangeError(`the ladder has no rung for retry ${n}`);
  return rung;
}

/**
 * The rung for a wait that is none of the ladder's own: the shortest that is long enough, so that nothing goes out
 * early and the rung's order stays true; beyond the longest, that one, and round again.
 */
export function rungForWait(ladder: RetryLadder, waitMs: number): Rung {
  return (
    ladder.rungs.find((rung) => rung.delayMs >= waitMs) ?? rungOfRetry(ladder, ladder.rungs.length)
  );
}
