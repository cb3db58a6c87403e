import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";

const patienceMs = 5_000;
/** A coordinator's first request may come before it has taken over, as in a cluster that has never had a group. */
const usuallyAgainMs = 20;

/** Tries again what `passes` says will pass, each `againMs`, for five seconds or so; then rejects as the last try did. */
export async function patiently<T>(
  clock: Clock,
  work: () => Promise<T>,
  passes: (error: unknown) => boolean,
  againMs = usuallyAgainMs,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!passes(error) || tries >= patienceMs / againMs) throw error;
      await pause(clock, againMs);
    }
  }
}
