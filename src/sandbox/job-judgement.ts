import type { AttemptOutcome } from "../jobs/delivery-attempt.ts";
import type { WebhookCounts } from "./receiver-record.ts";
import type { ReceiverKind } from "./sample-triggers.ts";

/** A webhook that a simulated call must cause. */
export interface ExpectedJob {
  readonly jobId: string;
  readonly triggerId: string;
  readonly receiver: ReceiverKind;
}

/** What was seen of a job on its way. */
export interface JobSightings {
  readonly retries: number;
  /** The highest number of an attempt that was seen; 0 when none was. */
  readonly attempts: number;
  /** How it ended; undefined until it has. */
  readonly end: Exclude<AttemptOutcome, "failed"> | undefined;
  /** Whether it was seen to end in another way, or again at another attempt. */
  readonly endedAgain: boolean;
}

export interface Judgement {
  readonly lost: boolean;
  readonly doubled: boolean;
  /** What is wrong; empty when nothing is. */
  readonly faults: readonly string[];
}

function judgeDelivery(seen: JobSightings, { successes }: WebhookCounts): Judgement {
  const faults: string[] = [];
  if (successes === 0) faults.push("did not arrive");
  if (successes > 1) faults.push(`arrived ${successes} times`);
  if (seen.end !== "delivered") faults.push(`is recorded as ${seen.end ?? "not ended"}`);
  return { lost: successes === 0, doubled: successes > 1, faults };
}

function judgeDeath(receiver: ReceiverKind, seen: JobSightings, counts: WebhookCounts): Judgement {
  const faults: string[] = [];
  const due = 1 + seen.retries;
  const reached = receiver === "gone" ? due : counts.requests;
  if (seen.end !== "dead") faults.push(`should be dead, is ${seen.end ?? "not ended"}`);
  if (seen.attempts !== due) faults.push(`was tried ${seen.attempts} times instead of ${due}`);
  if (reached !== due) faults.push(`reached its receiver ${reached} times instead of ${due}`);
  return { lost: seen.end !== "dead", doubled: reached > due, faults };
}

/**
 * Holds what was seen of a job, on the topic of attempts and at its receiver, against what its kind of receiver makes
 * of it: one that works in the end takes it exactly once, any other lets it die after all its retries.
 */
export function judge(
  receiver: ReceiverKind,
  seen: JobSightings,
  counts: WebhookCounts,
): Judgement {
  const works = receiver === "ok" || receiver === "flaky";
  const judgement = works ? judgeDelivery(seen, counts) : judgeDeath(receiver, seen, counts);
  if (!seen.endedAgain) return judgement;
  return { ...judgement, doubled: true, faults: [...judgement.faults, "ended more than once"] };
}
