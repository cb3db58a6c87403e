import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";

/** Lets through so many a second. */
export interface RateLimit {
  /** Resolves when `count` more may go, or `signal` is aborted. */
  take(count: number, signal: AbortSignal): Promise<void>;
}

/**
 * A token bucket that may be overdrawn: who comes finds it open as soon as what went before is paid off, so that no
 * time is spent saving up, and no burst follows a pause. The first goes at once.
 */
export function createRateLimit(perSecond: number, clock: Clock): RateLimit {
  let paidOffAt = -Infinity;
  return {
    async take(count, signal) {
      if (count === 0) return;
      const now = clock.now();
      const begin = Math.max(now, paidOffAt);
      paidOffAt = begin + (count * 1000) / perSecond;
      if (begin > now) await pause(clock, begin - now, signal);
    },
  };
}
