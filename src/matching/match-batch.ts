import { OnhookError } from "../errors.ts";
import { schemaIdOf } from "../avro/wire-format.ts";
import type { CallSchema } from "../cdr/call-schema.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { newJob } from "../jobs/new-job.ts";
import type { LogRecord, OutgoingRecord, RecordBatch } from "../log/log-record.ts";
import { recordSize } from "../log/record-size.ts";
import type { PassTracing } from "./match-tracing.ts";
import type { TenantTriggers } from "../triggers/trigger-table.ts";

/** Port: the table of triggers as it stands while one batch is matched. */
export interface TriggerView {
  tenant(tenantId: string): TenantTriggers | undefined;
  /** Offset of the newest event of the triggers topic that the table holds; -1 when there is none. */
  readonly triggersOffset: number;
}

export interface MatchContext {
  readonly triggers: TriggerView;
  /** The writer's schema of an id, loaded before, or why it can't be used. */
  schemaOf(schemaId: number): CallSchema | OnhookError;
  encodeJob(job: DeliveryJob): Buffer;
  /** Asked once for each call that has fired, since its headers are not read before. */
  readonly tracing: Pick<PassTracing, "headersOf">;
  readonly jobsTopic: string;
  readonly invalidTopic: string;
  /** What both topics take of one record, in bytes. */
  readonly maxRecordBytes: number;
  /** No further call is matched once the records take this many bytes. */
  readonly maxOutputBytes: number;
  /** Whether calls are counted by their tenant; not when left out. */
  readonly countsTenants?: boolean;
}

/** What came of the calls of one tenant, those in quarantine left out: nobody can tell whose they are. */
export interface TenantCount {
  matched: number;
  unmatched: number;
}

export interface InvalidCall {
  readonly offset: number;
  readonly error: OnhookError;
}

export interface MatchResult {
  /** Jobs and quarantined calls, in the order of the calls. */
  readonly records: readonly OutgoingRecord[];
  /** How many calls these are, from the first of the batch; at least one. */
  readonly calls: number;
  /** Calls that fired at least one trigger. */
  readonly matched: number;
  readonly jobs: number;
  readonly invalid: readonly InvalidCall[];
  /** By tenant; null where they are not counted. */
  readonly tenants: ReadonlyMap<string, TenantCount> | null;
}

type Tally = Map<string, TenantCount> | null;

function count(tally: Map<string, TenantCount>, tenantId: string, isMatched: boolean): void {
  let counts = tally.get(tenantId);
  if (counts === undefined) tally.set(tenantId, (counts = { matched: 0, unmatched: 0 }));
  counts[isMatched ? "matched" : "unmatched"] += 1;
}

const noJobs: readonly OutgoingRecord[] = [];
const idAlone: ReadonlySet<string> = new Set();

function jobsOf(
  record: LogRecord,
  value: Buffer,
  context: MatchContext,
  tally: Tally,
): readonly OutgoingRecord[] {
  const schema = context.schemaOf(schemaIdOf(value));
  if (schema instanceof OnhookError) throw schema;
  const tenantId = schema.tenantIdOf(value);
  const jobs = jobsOfTenant(record, value, schema, context.triggers.tenant(tenantId), context);
  if (tally !== null) count(tally, tenantId, jobs.length > 0);
  return jobs;
}

function jobsOfTenant(
  record: LogRecord,
  value: Buffer,
  schema: CallSchema,
  tenant: TenantTriggers | undefined,
  context: MatchContext,
): readonly OutgoingRecord[] {
  if (tenant === undefined || tenant.triggers.length === 0) return noJobs;
  const scan = schema.scan(value);
  const fired = tenant.firedBy(scan);
  if (fired.length === 0) return noJobs;
  const call = scan.project(idAlone);
  const headers = context.tracing.headersOf(record, call, fired.length);
  const jobs: OutgoingRecord[] = [];
  for (const { trigger } of fired) {
    const { triggerId } = trigger;
    const { triggersOffset } = context.triggers;
    const job = newJob({ record, value, call, triggerId, triggersOffset });
    const { jobsTopic: topic, maxRecordBytes } = context;
    const outgoing = { topic, key: triggerId, value: context.encodeJob(job), headers };
    const bytes = recordSize(outgoing);
    if (bytes > maxRecordBytes) throw new OnhookError("RECORD_TOO_LARGE", { topic, bytes });
    jobs.push(outgoing);
  }
  return jobs;
}

/** Why a call is in quarantine and where it came from. */
function quarantineHeaders(record: LogRecord, error: OnhookError): Record<string, string> {
  return {
    "onhook-error-code": error.code,
    "onhook-error": error.message.slice(0, maxErrorLength),
    "onhook-source-topic": record.topic,
    "onhook-source-partition": String(record.partition),
    "onhook-source-offset": String(record.offset),
    "onhook-source-timestamp": String(record.timestamp),
  };
}

const maxErrorLength = 1000;

/**
 * The call as it was read, with headers that say why it is here and where it came from. Where the topic can't take all
 * that, as of a call that came compressed, first its value is left out, then all but what the service itself says: a
 * record that is refused whenever it is written would stop the calls behind it for ever.
 */
function quarantined(record: LogRecord, error: OnhookError, context: MatchContext): OutgoingRecord {
  const { invalidTopic: topic, maxRecordBytes } = context;
  const { key, value, headers } = record;
  const whole = {
    topic,
    key,
    value,
    headers: { ...headers, ...quarantineHeaders(record, error) },
  };
  const bytes = recordSize(whole);
  if (bytes <= maxRecordBytes) return whole;
  const tooLarge =
    error.code === "RECORD_TOO_LARGE"
      ? error
      : new OnhookError("RECORD_TOO_LARGE", { topic, bytes });
  const said = quarantineHeaders(record, tooLarge);
  const withoutValue = { topic, key, value: null, headers: { ...headers, ...said } };
  if (recordSize(withoutValue) <= maxRecordBytes) return withoutValue;
  return { topic, key: null, value: null, headers: said };
}

function asError(cause: unknown): OnhookError {
  if (cause instanceof OnhookError) return cause;
  return new OnhookError("CALL_UNMATCHABLE", { problem: String(cause) }, { cause });
}

/** One call's records: its jobs, or the one that puts it into quarantine, with the reason. */
function recordsOf(
  record: LogRecord,
  context: MatchContext,
  tally: Tally,
): { readonly records: readonly OutgoingRecord[]; readonly error: OnhookError | null } {
  try {
    const { value } = record;
    if (value === null) throw new OnhookError("WIRE_FORMAT", { problem: "the value is null" });
    return { records: jobsOf(record, value, context, tally), error: null };
  } catch (cause) {
    // Even a call that trips a mistake in this program must not stop the ones behind it; its bytes are kept.
    const error = asError(cause);
    return { records: [quarantined(record, error, context)], error };
  }
}

/**
 * Matches a batch of calls against the triggers: every call ends as no match, as one job per trigger that fires, or
 * in quarantine. Runs in one go, so that all of it sees one version of the triggers; ends early, behind a whole call,
 * where its output would take too much memory.
 */
export function matchBatch(batch: RecordBatch, context: MatchContext): MatchResult {
  const records: OutgoingRecord[] = [];
  const invalid: InvalidCall[] = [];
  const tenants: Tally = context.countsTenants === true ? new Map() : null;
  let [calls, matched, bytes] = [0, 0, 0];
  for (const record of batch.records) {
    if (bytes >= context.maxOutputBytes) break;
    const { records: made, error } = recordsOf(record, context, tenants);
    if (error !== null) invalid.push({ offset: record.offset, error });
    else if (made.length > 0) matched += 1;
    // No spread: a call can fire more triggers than a function takes arguments.
    for (const each of made) {
      records.push(each);
      bytes += recordSize(each);
    }
    calls += 1;
  }
  return { records, calls, matched, jobs: records.length - invalid.length, invalid, tenants };
}
