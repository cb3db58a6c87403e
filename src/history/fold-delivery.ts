import type { AttemptOutcome, DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { Delivery, DeliveryState } from "./history.ts";

/** A delivery as it is kept: with what decides which of two attempts is the later one. */
export interface FoldedDelivery extends Delivery {
  /** The number of the last attempt. */
  readonly lastAttempt: number;
}

const stateOf = {
  delivered: "delivered",
  failed: "retrying",
  dead: "dead",
  cancelled: "cancelled",
} as const satisfies Record<AttemptOutcome, DeliveryState>;

/**
 * What an attempt adds to its job's delivery; null: it is the first that is known. Each attempt is to be given once.
 *
 * The result does not depend on the order in which attempts come: they are counted, the bounds of time are least and most,
 * and the rest is the last attempt's: of the greatest time, and among equal times of the greatest number. Numbers come
 * second because they begin again at 1 when a job is sent anew, with its own id, after it had ended.
 */
export function foldDelivery(
  known: FoldedDelivery | null,
  attempt: DeliveryAttempt,
): FoldedDelivery {
  if (known === null) return { ...lastOf(attempt), attempts: 1, firstAt: attempt.at };
  const isLater =
    attempt.at > known.lastAt ||
    (attempt.at === known.lastAt && attempt.attempt > known.lastAttempt);
  return {
    ...(isLater ? lastOf(attempt) : known),
    attempts: known.attempts + 1,
    firstAt: Math.min(known.firstAt, attempt.at),
  };
}

function lastOf(attempt: DeliveryAttempt): Omit<FoldedDelivery, "attempts" | "firstAt"> {
  return {
    jobId: attempt.jobId,
    tenantId: attempt.tenantId,
    triggerId: attempt.triggerId,
    cdrId: attempt.cdrId,
    state: stateOf[attempt.outcome],
    lastAttempt: attempt.attempt,
    lastAt: attempt.at,
    reason: attempt.reason,
    status: attempt.status,
    durationMs: attempt.durationMs,
    nextAttemptAt: attempt.nextAttemptAt,
    host: attempt.host,
    cdrTopic: attempt.cdrTopic,
    cdrPartition: attempt.cdrPartition,
    cdrOffset: attempt.cdrOffset,
  };
}
