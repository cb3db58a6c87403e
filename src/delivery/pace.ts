import type { Outcome } from "./outcome.ts";

/**
 * What an attempt tells of how much its endpoint can take: it answered, it asked for less (or could not be reached), it
 * did not answer in time, or nothing was learnt. `restMs`: for how long it asked to be left alone.
 */
export type Pace =
  | { readonly kind: "answered" | "timed-out" | "unknown" }
  | { readonly kind: "refused"; readonly restMs: number };

const [answered, timedOut, unknown] = [
  { kind: "answered" },
  { kind: "timed-out" },
  { kind: "unknown" },
] as const satisfies Pace[];

/** Reads the pace from what came of a request. A 500 is an answer: an endpoint that fails fast holds nobody up. */
export function paceOf(outcome: Outcome | null): Pace {
  switch (outcome?.kind) {
    case "delivered":
      return answered;
    case "failed":
      return ofFailure(outcome);
    case "final":
      return outcome.status === null ? unknown : answered;
    case "aborted":
    case undefined:
      return unknown;
    default:
      return outcome satisfies never;
  }
}

function ofFailure({ reason, status, waitMs }: Extract<Outcome, { kind: "failed" }>): Pace {
  if (reason === "timeout") return timedOut;
  if (status === null || status === 429 || status === 503)
    return { kind: "refused", restMs: waitMs };
  return answered;
}
