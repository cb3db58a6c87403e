import type { Attempt } from "../../../admin/contract/deliveries.ts";

/** An attempt and what it looks like in its row of the timeline. */
export interface TimelineEntry {
  readonly attempt: Attempt;
  /** From the end of the attempt before it to its begin, in ms; null: it is the first of its run. */
  readonly waitedMs: number | null;
  /** Its duration as a share of the longest, 0 to 1. */
  readonly share: number;
  /** Whether it begins a run of its own: the webhook was sent anew after its end. */
  readonly anew: boolean;
}

/** Attempts in their order, as the API gives them. */
export function timelineOf(attempts: readonly Attempt[]): readonly TimelineEntry[] {
  const longest = Math.max(1, ...attempts.map(({ durationMs }) => durationMs));
  return attempts.map((attempt, index) => {
    const before = attempts[index - 1];
    const anew = before !== undefined && before.outcome !== "failed";
    const endedAt = before === undefined ? 0 : Date.parse(before.at) + before.durationMs;
    return {
      attempt,
      // Clocks of two processes may differ by a little: nobody waited less than no time.
      waitedMs: before === undefined || anew ? null : Math.max(0, Date.parse(attempt.at) - endedAt),
      share: attempt.durationMs / longest,
      anew,
    };
  });
}
