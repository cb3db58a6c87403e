import { schemaIdOf } from "../avro/wire-format.ts";
import type { CallSchema } from "../cdr/call-schema.ts";
import type { CallSchemas } from "../cdr/call-schemas.ts";
import { OnhookError } from "../errors.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { replayHeader } from "../jobs/job-state.ts";
import { newJob } from "../jobs/new-job.ts";
import { tracingHeaders } from "../jobs/trace-context.ts";
import type { LogRecord } from "../log/log-record.ts";
import { recordSize } from "../log/record-size.ts";
import type { CompiledTrigger } from "../triggers/compile-trigger.ts";
import { other } from "./picked.ts";
import type { Picked, PickRecord } from "./picked.ts";
import { checkReplayId } from "./replay-id.ts";
import type { ReplayTask } from "./replay-task.ts";
import { rangeOfTime } from "./time-range.ts";

/** Which calls, and for whom. */
export interface CallsToReplay {
  readonly id: string;
  /** As it is in force now. */
  readonly trigger: CompiledTrigger;
  /** The offset of the triggers' topic that says so; -1: it is empty. */
  readonly triggersOffset: number;
  /** Calls that came then or later, and before; ms since the epoch. */
  readonly from: number;
  readonly to: number;
}

export interface CallReplayOptions {
  readonly cdrTopic: string;
  readonly jobsTopic: string;
  /** What the jobs' topic takes of one record, in bytes. */
  readonly maxRecordBytes: number;
  readonly schemas: CallSchemas;
  readonly encodeJob: (job: DeliveryJob) => Buffer;
}

/** The schema that a call was written with. Throws why it can't be used; rejects with what trying again can mend. */
export async function writersSchema(
  value: Buffer | null,
  schemas: CallSchemas,
): Promise<CallSchema> {
  const schemaId = schemaIdOf(value);
  await schemas.load(schemaId);
  const schema = schemas.peek(schemaId) ?? new OnhookError("SCHEMA_UNKNOWN", { schemaId });
  if (schema instanceof OnhookError) throw schema;
  return schema;
}

async function jobOf(
  record: LogRecord,
  { id, trigger, triggersOffset }: CallsToReplay,
  { schemas, jobsTopic: topic, maxRecordBytes, encodeJob }: CallReplayOptions,
): Promise<Picked> {
  const schema = await writersSchema(record.value, schemas);
  const value = record.value as Buffer;
  const { tenantId, triggerId } = trigger.trigger;
  if (schema.tenantIdOf(value) !== tenantId) return other;
  const call = schema.scan(value).project(trigger.cdrFields);
  if (!trigger.fires(call.cdr)) return other;
  const job = {
    topic,
    key: triggerId,
    value: encodeJob(newJob({ record, value, call, triggerId, triggersOffset })),
    headers: { ...tracingHeaders(record.headers), [replayHeader]: id },
  };
  if (recordSize(job) > maxRecordBytes) return { kind: "skipped", reason: "too-large" };
  return { kind: "job", job };
}

/**
 * Picks the calls of the range that the trigger fires for, and makes of each the job that match would make: the same
 * bytes of the call, the same id. A call that can't be read is skipped: whose it is nobody can say.
 */
export function pickCalls(calls: CallsToReplay, options: CallReplayOptions): PickRecord {
  return async (record) => {
    if (record.timestamp < calls.from || record.timestamp >= calls.to) return other;
    try {
      return await jobOf(record, calls, options);
    } catch (error) {
      if (!(error instanceof OnhookError) || error.retryable) throw error;
      return { kind: "skipped", reason: "undecodable" };
    }
  };
}

/** The replay of calls as a task; throws REPLAY_ID. */
export function callsTask(calls: CallsToReplay, options: CallReplayOptions): ReplayTask {
  return {
    id: checkReplayId(calls.id),
    topic: options.cdrTopic,
    range: (source) => rangeOfTime(source, calls),
    pick: pickCalls(calls, options),
  };
}
