import type { Taken } from "../../src/delivery/partition-lane.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import { firstAttempt } from "../../src/jobs/job-state.ts";
import type { JobState } from "../../src/jobs/job-state.ts";
import type { LogRecord } from "../../src/log/log-record.ts";

/** 09:00 on a Monday. */
export const nine = Date.UTC(2026, 0, 5, 9);

/** A job, and parts of records and states, each valid unless `changes` say otherwise. */
export function someJob(changes: Partial<DeliveryJob> = {}): DeliveryJob {
  return {
    jobId: "0a5c7a1e-0a5f-5b8c-9a53-0f6d3a0c1111",
    triggerId: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    tenantId: "t1",
    cdrId: "call-1",
    call: Buffer.from([0, 0, 0, 0, 7, 1, 2]),
    cdrTopic: "onhook.cdr",
    cdrPartition: 3,
    cdrOffset: 4711,
    cdrTimestamp: nine - 500,
    triggersOffset: 12,
    ...changes,
  };
}

export function someState(changes: Partial<JobState> = {}): JobState {
  return { ...firstAttempt, ...changes };
}

interface RecordChanges extends Partial<Omit<LogRecord, "headers">> {
  readonly headers?: Readonly<Record<string, string>>;
}

export function someRecord({ headers = {}, ...changes }: RecordChanges = {}): LogRecord {
  return {
    topic: "onhook.jobs",
    partition: 0,
    offset: 8,
    timestamp: nine,
    key: Buffer.from("7c9e6679-7425-40de-944b-e07fc1f90ae7"),
    value: Buffer.from("job"),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]),
    ),
    ...changes,
  };
}

/** Records of one partition with these offsets. */
export function recordsAt(...offsets: readonly number[]): LogRecord[] {
  return offsets.map((offset) => someRecord({ offset, key: null }));
}

/** A record that was taken in, whose partition stays and which nothing else stands for. */
export function someTaken(record: LogRecord, finish: () => void): Taken {
  return {
    record,
    lost: false,
    sure: true,
    crowdingSince: null,
    confirmed: async () => undefined,
    begin: () => true,
    leave: () => true,
    finish,
  };
}
