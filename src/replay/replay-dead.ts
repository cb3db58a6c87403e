import { endpointHeader, readDeath } from "../delivery/dead-headers.ts";
import { OnhookError } from "../errors.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { replayHeader } from "../jobs/job-state.ts";
import { tracingHeaders } from "../jobs/trace-context.ts";
import type { LogRecord } from "../log/log-record.ts";
import { recordSize } from "../log/record-size.ts";
import { other } from "./picked.ts";
import type { Picked, PickRecord } from "./picked.ts";
import { checkReplayId } from "./replay-id.ts";
import type { ReplayDeps, ReplayTask } from "./replay-task.ts";
import { runReplay } from "./run-replay.ts";
import { rangeOfTime } from "./time-range.ts";
import type { OnProgress, ReplayPace, ReplayProgress } from "./run-replay.ts";

/** Which dead jobs; all that is given must fit. */
export interface DeadFilter {
  readonly triggerId?: string;
  readonly tenantId?: string;
  /** As in `onhook-dead-reason`. */
  readonly reason?: string;
  /** As in `onhook-endpoint`, of jobs that were set aside. */
  readonly endpointId?: string;
  /** Died then or later, and before; ms since the epoch. */
  readonly from?: number;
  readonly to?: number;
}

export interface DeadReplayRequest extends ReplayPace {
  readonly id: string;
  readonly filter: DeadFilter;
}

export interface DeadReplayOptions {
  readonly deadTopic: string;
  readonly jobsTopic: string;
  /** What the jobs' topic takes of one record, in bytes. */
  readonly maxRecordBytes: number;
  /** Reads a job. Rejects as its codec does. */
  decode(value: Buffer | null): Promise<DeliveryJob>;
}

/** Puts dead jobs back on their way. */
export type ReplayDead = (
  request: DeadReplayRequest,
  signal: AbortSignal,
  onProgress: OnProgress,
) => Promise<ReplayProgress>;

/** What the headers and the key say, which costs no decoding. A record that bears no time died when it was written. */
function headersFit({ headers, key, timestamp }: LogRecord, filter: DeadFilter): boolean {
  const { reason, at } = readDeath(headers);
  const diedAt = at ?? timestamp;
  const endpoint = headers[endpointHeader]?.toString("utf8");
  return (
    (filter.triggerId === undefined || filter.triggerId === key?.toString("utf8")) &&
    (filter.reason === undefined || filter.reason === reason) &&
    (filter.endpointId === undefined || filter.endpointId === endpoint) &&
    diedAt >= (filter.from ?? -Infinity) &&
    diedAt < (filter.to ?? Infinity)
  );
}

async function decoded(
  record: LogRecord,
  decode: DeadReplayOptions["decode"],
): Promise<DeliveryJob | null> {
  try {
    return await decode(record.value);
  } catch (error) {
    if (error instanceof OnhookError && !error.retryable) return null;
    throw error;
  }
}

/** A job that begins anew: its bytes as they are, no state, and the replay's id. */
function reborn(record: LogRecord, id: string, options: DeadReplayOptions): Picked {
  const { key, value } = record;
  const headers = { ...tracingHeaders(record.headers), [replayHeader]: id };
  const job = { topic: options.jobsTopic, key, value, headers };
  if (recordSize(job) > options.maxRecordBytes) return { kind: "skipped", reason: "too-large" };
  return { kind: "job", job };
}

/**
 * Picks dead jobs by the filter. What is no job, or what is left of one without its call, is skipped: no request can be
 * made of it. Whether a record that can't be read is some tenant's nobody can say; it counts as skipped.
 */
export function pickDead(id: string, filter: DeadFilter, options: DeadReplayOptions): PickRecord {
  return async (record) => {
    if (!headersFit(record, filter)) return other;
    const job = await decoded(record, (value) => options.decode(value));
    if (job === null) return { kind: "skipped", reason: "undecodable" };
    if (filter.tenantId !== undefined && filter.tenantId !== job.tenantId) return other;
    if (job.call.length === 0) return { kind: "skipped", reason: "cut" };
    return reborn(record, id, options);
  };
}

/** How far the clock of the broker that stamps a record may be behind that of the process which says when a job died, in ms. */
const clockSkewMs = 3_600_000;

/**
 * From when on the records are stamped of jobs that died at a time or later, ms since the epoch. A record is written
 * after its job has died, so that what was written well before need not be read; how long after, nobody can say.
 */
export function writtenFrom(diedAt: number): number {
  return diedAt - clockSkewMs;
}

/** The replay of dead jobs as a task; throws REPLAY_ID. It is about all that is dead when it begins. */
export function deadTask(
  { id, filter }: Pick<DeadReplayRequest, "id" | "filter">,
  options: DeadReplayOptions,
): ReplayTask {
  const { from } = filter;
  return {
    id: checkReplayId(id),
    topic: options.deadTopic,
    range: (source) => rangeOfTime(source, { from: from && writtenFrom(from) }),
    pick: pickDead(id, filter, options),
  };
}

/** Makes the replay of dead jobs. What a run does and how it ends: `runReplay`. */
export function createReplayDead(options: DeadReplayOptions, deps: ReplayDeps): ReplayDead {
  return (request, signal, onProgress) => {
    const { ratePerSecond, limit } = request;
    const pace = { ratePerSecond, ...(limit !== undefined && { limit }) };
    return runReplay({ ...deadTask(request, options), ...pace }, deps, signal, onProgress);
  };
}
