import type { AttemptOutcome } from "../jobs/delivery-attempt.ts";

/** All of them; their places are what the history writes, so new ones go to the end. */
export const attemptOutcomes = [
  "delivered",
  "failed",
  "dead",
  "cancelled",
] as const satisfies readonly AttemptOutcome[];

/** Whether a text, as it was read, is one of them: a later version may know more. */
export function isAttemptOutcome(text: string): text is AttemptOutcome {
  return (attemptOutcomes as readonly string[]).includes(text);
}
