import { toldTime } from "../../explaining/told-time.ts";
import type { Delivery } from "../../history/history.ts";
import type { DeliveryAttempt } from "../../jobs/delivery-attempt.ts";
import type { Attempt, Delivery as ShownDelivery } from "../contract/deliveries.ts";
import { findOwn } from "../../configuration/own-trigger.ts";
import type { TriggersNow } from "./parts.ts";

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : toldTime(ms));

/** A delivery as the API tells it. */
export function shownDelivery(
  delivery: Delivery,
  triggers: Pick<TriggersNow, "trigger" | "refused">,
): ShownDelivery {
  const { jobId, triggerId, tenantId, cdrId, state, attempts, durationMs, host } = delivery;
  return {
    jobId,
    triggerId,
    triggerName: findOwn(triggers, tenantId, triggerId)?.trigger.name ?? null,
    cdrId,
    state,
    attempts,
    firstAt: toldTime(delivery.firstAt),
    lastAt: toldTime(delivery.lastAt),
    reason: delivery.reason,
    status: delivery.status,
    durationMs,
    nextAttemptAt: isoOrNull(delivery.nextAttemptAt),
    host,
  };
}

/** One attempt of it. */
export function shownAttempt(attempt: DeliveryAttempt): Attempt {
  const { outcome, reason, status, error, method, host, durationMs } = attempt;
  return {
    attempt: attempt.attempt,
    at: toldTime(attempt.at),
    durationMs,
    outcome,
    reason,
    status,
    error,
    method,
    host,
    nextAttemptAt: isoOrNull(attempt.nextAttemptAt),
  };
}
