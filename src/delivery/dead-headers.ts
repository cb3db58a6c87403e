import type { Headers, LogRecord } from "../log/log-record.ts";
import { jobStateHeaders } from "../jobs/job-state.ts";
import type { JobState } from "../jobs/job-state.ts";

export interface Death {
  readonly reason: string;
  /** In words, without payload and address. */
  readonly error: string;
  /** Ms since the epoch. */
  readonly at: number;
}

/** Names the suspended endpoint that a job was set aside for. */
export const endpointHeader = "onhook-endpoint";

/** The headers of a record in `onhook.dead`: why it is there, and all that its way has left. */
export function deadHeaders(
  state: JobState,
  death: Death,
  from: LogRecord,
): Record<string, string | Buffer> {
  return {
    ...jobStateHeaders(state, from.headers),
    "onhook-dead-reason": death.reason,
    "onhook-dead-error": death.error,
    "onhook-dead-at": String(death.at),
    "onhook-source-topic": from.topic,
    "onhook-source-partition": String(from.partition),
    "onhook-source-offset": String(from.offset),
  };
}

/** The last instant that a date can be, in ms since the epoch. */
const lastInstant = 8.64e15;

function instant(text: string | null): number | null {
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const ms = Number(text);
  return ms <= lastInstant ? ms : null;
}

/** Reads back why a job is dead; what is missing or damaged reads as null. */
export function readDeath(headers: Headers): {
  reason: string | null;
  error: string | null;
  at: number | null;
} {
  const text = (name: string): string | null => headers[name]?.toString("utf8") ?? null;
  return {
    reason: text("onhook-dead-reason"),
    error: text("onhook-dead-error"),
    at: instant(text("onhook-dead-at")),
  };
}
