import type { JobState } from "../jobs/job-state.ts";
import type { FailureReason, Outcome } from "./outcome.ts";
import { rungForWait, rungOfRetry } from "./retry-ladder.ts";
import type { RetryLadder, Rung } from "./retry-ladder.ts";

/** Where a job goes after an attempt, or instead of one. */
export type NextStop =
  | { readonly kind: "done" }
  | { readonly kind: "cancelled"; readonly reason: CancelReason }
  | { readonly kind: "retry"; readonly rung: Rung; readonly state: JobState }
  | { readonly kind: "dead"; readonly reason: DeadReason; readonly state: JobState };

export type CancelReason = "trigger-deleted" | "trigger-disabled";
/** `endpoint-suspended`: set aside, to be sent anew when the endpoint recovers. */
export type DeadReason = FailureReason | "undecodable" | "endpoint-suspended";

interface At {
  readonly state: JobState;
  /** How often the trigger lets a failed request be tried again. */
  readonly retries: number;
  readonly ladder: RetryLadder;
  readonly now: number;
}

type Failure = Extract<Outcome, { kind: "failed" | "final" }>;

function failedState(state: JobState, failure: Failure, now: number): JobState {
  return {
    ...state,
    dueAt: null,
    notBefore: null,
    firstFailedAt: state.firstFailedAt ?? now,
    lastReason: failure.reason,
    lastStatus: failure.status,
  };
}

/**
 * Decides where a job goes after an attempt: delivered is done; what is final or has spent its retries is dead; all
 * else waits on the rung of its next retry, or on a longer one where the answer asked for more time.
 */
export function nextStop(outcome: Exclude<Outcome, { kind: "aborted" }>, at: At): NextStop {
  if (outcome.kind === "delivered") return { kind: "done" };
  const state = failedState(at.state, outcome, at.now);
  const { attempt } = at.state;
  if (outcome.kind === "final" || attempt > at.retries)
    return { kind: "dead", reason: outcome.reason, state };
  const own = rungOfRetry(at.ladder, attempt);
  if (outcome.waitMs <= own.delayMs) {
    return {
      kind: "retry",
      rung: own,
      state: { ...state, attempt: attempt + 1, dueAt: at.now + own.delayMs },
    };
  }
  const waiting = { ...state, attempt: attempt + 1, notBefore: at.now + outcome.waitMs };
  return { kind: "retry", ...round(waiting, at.ladder, at.now) };
}

/** The next round of a job that must wait until `state.notBefore`; it uses up no attempt. */
export function round(
  state: JobState,
  ladder: RetryLadder,
  now: number,
): { rung: Rung; state: JobState } {
  const wait = (state.notBefore ?? now) - now;
  const rung = rungForWait(ladder, wait);
  return { rung, state: { ...state, dueAt: now + rung.delayMs } };
}
