import { readDeath } from "../delivery/dead-headers.ts";
import { OnhookError } from "../errors.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { readJobState } from "../jobs/job-state.ts";
import type { LogRecord } from "../log/log-record.ts";

/** A record of the dead topic, as it is told of. */
export interface DeadLetter {
  /** Null where neither the headers nor the record have a time that a date can be. */
  readonly at: string | null;
  readonly jobId: string | null;
  readonly triggerId: string | null;
  readonly tenantId: string | null;
  readonly cdrId: string | null;
  readonly reason: string;
  readonly attempts: number;
  readonly status: number | null;
  readonly error: string;
  readonly partition: number;
  readonly offset: number;
}

/** Which of them; all that is given must fit. */
export interface DeadLetterFilter {
  readonly tenant?: string | undefined;
  readonly trigger?: string | undefined;
  readonly reason?: string | undefined;
}

/** Reads a job. Rejects as its codec does. */
export type DecodeJob = (value: Buffer | null) => Promise<DeliveryJob>;

function dateOf(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Ms since the epoch. Not by the text: a damaged record may claim a year of six digits. One without a time is the oldest. */
export function timeOf({ at }: DeadLetter): number {
  return Date.parse(at ?? "1970");
}

export function byTime(a: DeadLetter, b: DeadLetter): number {
  return timeOf(a) - timeOf(b);
}

/** What is told of a record of the dead topic, whatever can't be read of it left out. Rejects with what trying again can mend. */
export async function deadLetterOf(record: LogRecord, decode: DecodeJob): Promise<DeadLetter> {
  const death = readDeath(record.headers);
  const state = readJobState(record.headers);
  const job = await decode(record.value).catch((error: unknown) => {
    if (error instanceof OnhookError && !error.retryable) return null;
    throw error;
  });
  return {
    at: dateOf(death.at ?? record.timestamp),
    jobId: job?.jobId ?? null,
    triggerId: job?.triggerId ?? record.key?.toString("utf8") ?? null,
    tenantId: job?.tenantId ?? null,
    cdrId: job?.cdrId ?? null,
    reason: death.reason ?? "unknown",
    attempts: state.attempt,
    status: state.lastStatus,
    error: death.error ?? "",
    partition: record.partition,
    offset: record.offset,
  };
}

export function fits(letter: DeadLetter, { tenant, trigger, reason }: DeadLetterFilter): boolean {
  return (
    (tenant === undefined || letter.tenantId === tenant) &&
    (trigger === undefined || letter.triggerId === trigger) &&
    (reason === undefined || letter.reason === reason)
  );
}
