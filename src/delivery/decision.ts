import type { OnhookError } from "../errors.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { handOnHeaders } from "../jobs/hand-on.ts";
import { jobStateHeaders, readJobState, replayHeaders } from "../jobs/job-state.ts";
import type { JobState } from "../jobs/job-state.ts";
import type { LogRecord, OutgoingRecord } from "../log/log-record.ts";
import type { Endpoint } from "./endpoint.ts";
import { attemptRecord } from "./attempt-record.ts";
import type { AttemptMade, Done } from "./attempt-record.ts";
import type { AttemptTrace } from "./attempt-trace.ts";
import { deadHeaders, endpointHeader } from "./dead-headers.ts";
import type { CancelReason } from "./next-stop.ts";
import { round } from "./next-stop.ts";
import type { Outcome } from "./outcome.ts";
import { rungForWait } from "./retry-ladder.ts";
import type { RetryLadder, Rung } from "./retry-ladder.ts";

/** What has to be written before a record counts as finished, and what is to be told of it. Pure data. */
export interface Decision {
  /** The record that hands the job on or ends it as dead; null where it ended as delivered or cancelled. */
  readonly onward: OutgoingRecord | null;
  /** The attempt; null where a job that waits merely goes round, or the record was no job. */
  readonly attempt: AttemptMade | null;
  /** What came of the request; null where none was made. */
  readonly outcome: Outcome | null;
  /** Where in a trace the attempt stands; null where it is in none, or none was made. */
  readonly trace: AttemptTrace;
  /** When the CDR was appended, ms since the epoch; null where the record was no job. */
  readonly cdrTimestamp: number | null;
  /** Set where the record was no job that can be read, or its handling failed inside. */
  readonly error: unknown;
}

/** After an attempt: on to the next rung, to the dead, or nowhere. */
export function afterAttempt(
  from: LogRecord,
  job: DeliveryJob,
  state: JobState,
  done: Done,
  deadTopic: string,
): Decision {
  const attempt = attemptRecord(job, state, done);
  const { outcome, trace } = done;
  const decision = { attempt, outcome, trace, cdrTimestamp: job.cdrTimestamp, error: null };
  const { key, value } = from;
  const { stop } = done;
  switch (stop.kind) {
    case "done":
    case "cancelled":
      return { ...decision, onward: null };
    case "retry":
      return { ...decision, onward: handedOn(from, stop) };
    case "dead": {
      const death = {
        reason: stop.reason,
        error: attempt.error ?? "",
        at: done.startedAt + attempt.durationMs,
      };
      return {
        ...decision,
        onward: { topic: deadTopic, key, value, headers: deadHeaders(stop.state, death, from) },
      };
    }
    default:
      return stop satisfies never;
  }
}

/** The job's trigger is gone or switched off: it ends without a request. */
export function cancelled(
  from: LogRecord,
  job: DeliveryJob,
  state: JobState,
  { reason, ...done }: Pick<Done, "startedAt" | "trace"> & { readonly reason: CancelReason },
): Decision {
  const stop = { kind: "cancelled", reason } as const;
  const notMade = { request: null, result: null, outcome: null };
  return afterAttempt(from, job, state, { ...done, ...notMade, stop }, "");
}

/**
 * A job of an endpoint that is suspended: it is set aside among the dead, without a request or after a probe, under the
 * endpoint's name, by which it is found again when the endpoint recovers.
 */
export function setAside(
  from: LogRecord,
  job: DeliveryJob,
  state: JobState,
  to: {
    readonly endpoint: Endpoint;
    readonly deadTopic: string;
    readonly done: Omit<Done, "stop">;
  },
): Decision {
  const { endpoint, deadTopic, done } = to;
  const stop = { kind: "dead", reason: "endpoint-suspended", state } as const;
  const { onward, ...decision } = afterAttempt(from, job, state, { ...done, stop }, deadTopic);
  if (onward === null) return { ...decision, onward };
  return {
    ...decision,
    onward: { ...onward, headers: { ...onward.headers, [endpointHeader]: endpoint.id } },
  };
}

/** A job that its rung has released before its time: round again, without using up an attempt. */
export function goesRound(
  from: LogRecord,
  state: JobState,
  ladder: RetryLadder,
  now: number,
): Decision {
  return onTheLadder(from, round(state, ladder, now));
}

/**
 * A job whose endpoint is not likely to take it for `waitMs`: it waits on the ladder, out of the way of the jobs of
 * others, without using up an attempt.
 */
export function makesDetour(
  from: LogRecord,
  waitMs: number,
  ladder: RetryLadder,
  now: number,
): Decision {
  const rung = rungForWait(ladder, waitMs);
  const state = { ...readJobState(from.headers), dueAt: now + rung.delayMs };
  return onTheLadder(from, { rung, state });
}

interface Onto {
  readonly rung: Rung;
  readonly state: JobState;
}

/** The record by which a job goes onto a rung; `others` are headers that it takes along. */
function handedOn(
  from: LogRecord,
  { rung: { topic }, state }: Onto,
  others: Readonly<Record<string, Buffer>> = {},
): OutgoingRecord {
  const { key, value } = from;
  const headers = { ...jobStateHeaders(state, from.headers), ...others, ...handOnHeaders(from) };
  return { topic, key, value, headers };
}

/** Puts a job onto a rung as it is. */
function onTheLadder(from: LogRecord, onto: Onto): Decision {
  return {
    onward: handedOn(from, onto, replayHeaders(from.headers)),
    attempt: null,
    outcome: null,
    trace: null,
    cdrTimestamp: null,
    error: null,
  };
}

/** A record that no attempt can come of: its bytes go to the dead as they are, with the reason. */
export function undeliverable(
  from: LogRecord,
  state: JobState,
  error: OnhookError,
  deadTopic: string,
  now: number,
): Decision {
  const headers = deadHeaders(
    state,
    { reason: "undecodable", error: error.message, at: now },
    from,
  );
  return {
    onward: { topic: deadTopic, key: from.key, value: from.value, headers },
    attempt: null,
    outcome: null,
    trace: null,
    cdrTimestamp: null,
    error,
  };
}
