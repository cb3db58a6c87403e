import type { AttemptOutcome, DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import type { JobState } from "../jobs/job-state.ts";
import { memoized } from "../runtime/memoized.ts";
import type { AttemptTrace } from "./attempt-trace.ts";
import type { HttpResult, WebhookRequest } from "./http-request.ts";
import type { CancelReason, DeadReason, NextStop } from "./next-stop.ts";
import type { Outcome } from "./outcome.ts";

/** Why a job was not delivered: a closed set, so that it can label a metric. */
export type AttemptReason = CancelReason | DeadReason;

/** An attempt as this version makes it; one that was read may have a reason of a later version. */
export interface AttemptMade extends DeliveryAttempt {
  readonly reason: AttemptReason | null;
}

/** What was done about a job: the request and its result, or null where none was made. */
export interface Done {
  /** Ms since the epoch. */
  readonly startedAt: number;
  /** With the trigger's address, without what a GET adds to that. */
  readonly request: Pick<WebhookRequest, "method" | "url"> | null;
  readonly result: HttpResult | null;
  readonly outcome: Outcome | null;
  readonly trace: AttemptTrace;
  readonly stop: NextStop;
}

const outcomeOf = {
  done: "delivered",
  cancelled: "cancelled",
  retry: "failed",
  dead: "dead",
} as const satisfies Record<NextStop["kind"], AttemptOutcome>;

/** The reason of an attempt that did not deliver: of the cancellation, or of the failure, which a dead job ends with too. */
function reasonOf({ stop, outcome }: Done): AttemptReason | null {
  if (stop.kind === "cancelled" || stop.kind === "dead") return stop.reason;
  return outcome !== null && "reason" in outcome ? outcome.reason : null;
}

/** When the job goes out next: its rung may hold it longer than the receiver asked for, or have to take it again. */
function releasedAt({ dueAt, notBefore }: JobState): number | null {
  return dueAt === null ? notBefore : Math.max(dueAt, notBefore ?? 0);
}

/** Of the addresses of so many triggers. */
const hostsKept = 10_000;
const hostOf = memoized((url) => ({ host: URL.parse(url)?.host ?? null }), hostsKept);

/** The record of one attempt, for `onhook.attempts` and for the log. Of the address it keeps the host alone. */
export function attemptRecord(job: DeliveryJob, state: JobState, done: Done): AttemptMade {
  const { outcome, stop, result, request } = done;
  return {
    jobId: job.jobId,
    triggerId: job.triggerId,
    tenantId: job.tenantId,
    cdrId: job.cdrId,
    attempt: state.attempt,
    at: done.startedAt,
    durationMs: Math.round(result?.durationMs ?? 0),
    outcome: outcomeOf[stop.kind],
    reason: reasonOf(done),
    status: outcome !== null && "status" in outcome ? outcome.status : null,
    error: outcome !== null && "error" in outcome ? outcome.error : null,
    nextAttemptAt: stop.kind === "retry" ? releasedAt(stop.state) : null,
    method: request?.method ?? null,
    host: request === null ? null : hostOf(request.url).host,
    cdrTopic: job.cdrTopic,
    cdrPartition: job.cdrPartition,
    cdrOffset: job.cdrOffset,
  };
}
