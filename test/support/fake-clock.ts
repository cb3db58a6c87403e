import type { Clock } from "../../src/runtime/clock.ts";

export interface FakeClock extends Clock {
  /** Moves time on to `to` (ms since the epoch) or by `by` ms, running each timer at its own time, in order; lets promises settle between. */
  advance(by: number): Promise<void>;
  advanceTo(to: number): Promise<void>;
  readonly pendingTimers: number;
}

/** Lets every promise that can settle now do so. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

/** A clock that stands still until it is told to move. */
export function createFakeClock(start = Date.UTC(2026, 0, 5, 9)): FakeClock {
  let now = start;
  const timers = new Set<{ at: number; action: () => void }>();

  async function advanceTo(to: number): Promise<void> {
    await settle();
    for (;;) {
      const [next] = [...timers].filter((timer) => timer.at <= to).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      timers.delete(next);
      now = Math.max(now, next.at);
      next.action();
      await settle();
    }
    now = to;
    await settle();
  }

  return {
    now: () => now,
    at(at, action) {
      const timer = { at, action };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance: (by) => advanceTo(now + by),
    advanceTo,
    get pendingTimers() {
      return timers.size;
    },
  };
}
