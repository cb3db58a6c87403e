import type { Headers } from "../log/log-record.ts";
import { tracingHeaders } from "./trace-context.ts";

/**
 * The state of a job on its way. It travels in headers, so that the job's bytes pass through every rung untouched.
 * Times in ms since the epoch.
 */
export interface JobState {
  /** The number of the attempt that comes next, from 1. */
  readonly attempt: number;
  /** When its rung releases it; null on the way to its first attempt. */
  readonly dueAt: number | null;
  /** No request before this, though the rung may release it sooner: it then goes round again. */
  readonly notBefore: number | null;
  readonly firstFailedAt: number | null;
  /** The reason of the last failure, as in DeliveryAttempt. */
  readonly lastReason: string | null;
  readonly lastStatus: number | null;
}

export const firstAttempt: JobState = {
  attempt: 1,
  dueAt: null,
  notBefore: null,
  firstFailedAt: null,
  lastReason: null,
  lastStatus: null,
};

const names = {
  attempt: "onhook-attempt",
  dueAt: "onhook-due-at",
  notBefore: "onhook-not-before",
  firstFailedAt: "onhook-first-failed-at",
  lastReason: "onhook-last-reason",
  lastStatus: "onhook-last-status",
} as const satisfies Record<keyof JobState, string>;

/** Far beyond any ladder; a damaged header must not make a number that DeliveryAttempt can't hold. */
const maxAttempt = 1_000_000;

/** A header that is missing or no whole number reads as null: a job never stops for a damaged header. */
function wholeNumber(headers: Headers, name: string): number | null {
  const text = headers[name]?.toString("utf8");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Reads the state; without headers it is that of a new job. */
export function readJobState(headers: Headers): JobState {
  return {
    attempt: Math.min(Math.max(1, wholeNumber(headers, names.attempt) ?? 1), maxAttempt),
    dueAt: wholeNumber(headers, names.dueAt),
    notBefore: wholeNumber(headers, names.notBefore),
    firstFailedAt: wholeNumber(headers, names.firstFailedAt),
    lastReason: headers[names.lastReason]?.toString("utf8") ?? null,
    lastStatus: wholeNumber(headers, names.lastStatus),
  };
}

/** The headers of a state, with what `previous` carries for tracing. */
export function jobStateHeaders(state: JobState, previous: Headers): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [key, name] of Object.entries(names) as [keyof JobState, string][]) {
    const value = state[key];
    if (value !== null) headers[name] = String(value);
  }
  return { ...headers, ...tracingHeaders(previous) };
}

/** Names the replay that put a job back among the jobs, in a header of that record. */
export const replayHeader = "onhook-replay";

/** What a job that merely waits keeps of its replay. */
export function replayHeaders(previous: Headers): Record<string, Buffer> {
  const replay = previous[replayHeader];
  return replay === undefined ? {} : { [replayHeader]: replay };
}
