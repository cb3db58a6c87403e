import type { CallEnded } from "../cdr/call-ended.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { DeliveryJob } from "./delivery-job.ts";
import { jobIdOf } from "./job-id.ts";

/** What a job is made of. */
export interface Fired {
  /** The call's record and its value, as read. */
  readonly record: Pick<LogRecord, "topic" | "partition" | "offset" | "timestamp">;
  readonly value: Buffer;
  /** The call; of its CDR the id is enough. */
  readonly call: CallEnded;
  readonly triggerId: string;
  /** The offset of the triggers' topic that it was matched at; -1: the topic was empty. */
  readonly triggersOffset: number;
}

/** The job that a call and a trigger make; whoever makes it, it has the same id. */
export function newJob({ record, value, call, triggerId, triggersOffset }: Fired): DeliveryJob {
  const { tenantId, cdr } = call;
  return {
    jobId: jobIdOf({ tenantId, cdrId: cdr.id, triggerId }),
    triggerId,
    tenantId,
    cdrId: cdr.id,
    call: value,
    cdrTopic: record.topic,
    cdrPartition: record.partition,
    cdrOffset: record.offset,
    cdrTimestamp: record.timestamp,
    triggersOffset,
  };
}
