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

/** By how much the clocks of two deliverers are taken to differ, in ms. */
const mostSkewMs = 30_000;

/**
 * What an attempt adds to its job's delivery; null: it is the first that is known. Each attempt is to be given once.
 *
 * The result does not depend on the order in which attempts come: they are counted, the bounds of time are least and most,
 * and the rest is the last attempt's: of the greatest time, and among equal times of the greatest number. Numbers come
 * second because they begin again at 1 when a job is sent anew, with its own id, after it had ended. An attempt that ends
 * its job counts as later than it was by as much as the clocks of two deliverers may differ: else a delivery whose last
 * attempt but one was made by a clock that is ahead would be said to be retrying for good. The price: of a job that is
 * sent anew so soon after its end, a first failure shows no sooner than that.
 */
export function foldDelivery(
  known: FoldedDelivery | null,
  attempt: DeliveryAttempt,
): FoldedDelivery {
  if (known === null) return { ...lastOf(attempt), attempts: 1, firstAt: attempt.at };
  const [its, last] = [attempt.at, known.lastAt];
  const ahead = weight(its, stateOf[attempt.outcome]) - weight(last, known.state);
  // Of equal weight can be two of different times: that which ends its job was the earlier one, and counts as later.
  const isLater = (ahead || last - its || attempt.attempt - known.lastAttempt) > 0;
  return {
    ...(isLater ? lastOf(attempt) : known),
    attempts: known.attempts + 1,
    firstAt: Math.min(known.firstAt, attempt.at),
  };
}

function weight(at: number, state: DeliveryState): number {
  return state === "retrying" ? at : at + mostSkewMs;
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
