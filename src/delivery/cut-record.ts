import type { RecordCodec } from "../avro/record-codec.ts";
import { OnhookError } from "../errors.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { readJobState } from "../jobs/job-state.ts";
import type { LogRecord, OutgoingRecord } from "../log/log-record.ts";
import { deadHeaders } from "./dead-headers.ts";
import type { Death } from "./dead-headers.ts";

export type JobCodec = Pick<RecordCodec<DeliveryJob>, "encode" | "decode">;

/** The job without its call's bytes; null where the record is no job that can be read. */
async function withoutCall(value: Buffer | null, jobs: JobCodec): Promise<Buffer | null> {
  try {
    return jobs.encode({ ...(await jobs.decode(value)), call: Buffer.alloc(0) });
  } catch (error) {
    if (error instanceof OnhookError) return null;
    throw error;
  }
}

/**
 * What can still be kept, in `onhook.dead`, of a record that is too large for where it has to go: its ids, without the
 * call; where even that is too large, only what the headers say of it. From the most to the least.
 */
export async function cutRecords(
  from: LogRecord,
  death: Omit<Death, "reason">,
  deadTopic: string,
  jobs: JobCodec,
): Promise<readonly [OutgoingRecord, OutgoingRecord]> {
  const state = readJobState(from.headers);
  const headers = deadHeaders(state, { reason: "too-large", ...death }, from);
  const topic = deadTopic;
  const bare = deadHeaders(
    { ...state, lastReason: null },
    { reason: "too-large", ...death },
    {
      ...from,
      headers: {},
    },
  );
  return [
    { topic, key: from.key, value: await withoutCall(from.value, jobs), headers },
    { topic, key: null, value: null, headers: bare },
  ];
}
