import type { CallEnded } from "../cdr/call-ended.ts";
import type { CallSchemas } from "../cdr/call-schemas.ts";
import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import { writersSchema } from "../replay/replay-calls.ts";
import type { ReplayLog } from "../replay/replay-log.ts";
import { partsOf, scanParts } from "../replay/scan-parts.ts";
import { rangeOfTime } from "../replay/time-range.ts";
import { Newest } from "./newest.ts";

/** A call's bytes, in the wire format, and where they stand or stood. `timestamp`: when it came, ms since the epoch. */
export type CallRecord = Pick<LogRecord, "value" | "partition" | "offset" | "timestamp">;

/** A call and where it stands. */
export interface FoundCall {
  readonly record: CallRecord;
  readonly call: CallEnded;
}

export interface CallSource {
  readonly log: Pick<ReplayLog, "partitions" | "source">;
  readonly topic: string;
  readonly schemas: CallSchemas;
  readonly signal: AbortSignal;
}

/** When calls came, ms since the epoch. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Decodes a call, whole. Rejects with why it can't be read, or with what trying again can mend. */
export async function readCall(record: CallRecord, schemas: CallSchemas): Promise<FoundCall> {
  const schema = await writersSchema(record.value, schemas);
  return { record, call: schema.whole(record.value as Buffer) };
}

/** The same, or null for a call that can't be read. */
export async function readIfSound(
  record: CallRecord,
  schemas: CallSchemas,
): Promise<FoundCall | null> {
  try {
    return await readCall(record, schemas);
  } catch (error) {
    if (error instanceof OnhookError && !error.retryable) return null;
    throw error;
  }
}

async function scanTime(
  { log, topic, signal }: CallSource,
  range: TimeRange,
  take: (record: LogRecord) => Promise<void>,
): Promise<void> {
  const parts = await partsOf(log, topic, (source) => rangeOfTime(source, range));
  const inTime = async (record: LogRecord): Promise<void> => {
    if (record.timestamp >= range.from && record.timestamp < range.to) await take(record);
  };
  await scanParts(log, topic, parts, inTime, signal);
}

/** The call at a place. Rejects with CALL_NOT_FOUND or CALL_UNREADABLE. */
export async function callAt(
  { log, topic, schemas }: CallSource,
  partition: number,
  offset: number,
): Promise<FoundCall> {
  const missing = (problem: string): OnhookError =>
    new OnhookError("CALL_NOT_FOUND", { topic, problem });
  const count = await log.partitions(topic);
  if (partition >= count) throw missing(`it has the partitions 0 to ${count - 1}`);
  const source = log.source({ topic, partition });
  try {
    const { begin, end } = await source.bounds();
    if (begin === end) throw missing(`partition ${partition} is empty`);
    if (offset < begin || offset >= end)
      throw missing(`partition ${partition} has the offsets from ${begin} to ${end - 1}`);
    const { records } = await source.fetch(offset);
    const record = records.find((each) => each.offset === offset);
    if (record === undefined) throw missing(`offset ${offset} holds no call`);
    return await readCall(record, schemas);
  } catch (error) {
    if (!(error instanceof OnhookError) || error.retryable || error.code === "CALL_NOT_FOUND")
      throw error;
    throw new OnhookError(
      "CALL_UNREADABLE",
      { partition, offset, problem: error.message },
      { cause: error },
    );
  } finally {
    await source.close();
  }
}

/** All calls of that time with that CDR id: the platform may have written one twice. Rejects with CALL_NOT_FOUND. */
export async function callsById(
  source: CallSource,
  cdrId: string,
  range: TimeRange,
): Promise<FoundCall[]> {
  const found: FoundCall[] = [];
  const bytes = Buffer.from(cdrId);
  await scanTime(source, range, async (record) => {
    // Avro writes a text as its bytes, so a call without them is not decoded.
    if (record.value?.includes(bytes) !== true) return;
    const sound = await readIfSound(record, source.schemas);
    if (sound?.call.cdr.id === cdrId) found.push(sound);
  });
  if (found.length > 0) return found;
  const [from, to] = [range.from, range.to].map((ms) => new Date(ms).toISOString());
  const problem = `none with that id came from ${from} to ${to}; --from and --to choose another time`;
  throw new OnhookError("CALL_NOT_FOUND", { topic: source.topic, problem });
}

/** What was made of the newest calls of a tenant in a time, the newest last; and how many calls of anybody could not be read. */
export async function newestCalls<T>(
  source: CallSource,
  of: { readonly tenantId: string; readonly range: TimeRange; readonly limit: number },
  make: (found: FoundCall) => T,
): Promise<{ readonly made: readonly T[]; readonly all: number; readonly unreadable: number }> {
  const newest = new Newest<{ readonly at: number; readonly made: T }>(
    of.limit,
    (a, b) => a.at - b.at,
  );
  let unreadable = 0;
  await scanTime(source, of.range, async (record) => {
    const found = await readIfSound(record, source.schemas);
    if (found === null) unreadable += 1;
    else if (found.call.tenantId === of.tenantId)
      newest.add({ at: record.timestamp, made: make(found) });
  });
  return { made: newest.list().map(({ made }) => made), all: newest.count, unreadable };
}
