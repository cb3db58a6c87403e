import { headerLength, schemaIdOf } from "../avro/wire-format.ts";
import type { CallSchemas } from "../cdr/call-schemas.ts";
import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import { rangeOfTime } from "../replay/time-range.ts";
import { all } from "../runtime/all.ts";
import { inSlices } from "../runtime/slices.ts";
import type { SourcePartition } from "../replay/replay-log.ts";
import { readIfSound } from "./find-calls.ts";
import type { CallSource, FoundCall, TimeRange } from "./find-calls.ts";

/** What of the topic is looked at first, in ms; then twice as much, and so on. */
const firstSpanMs = 300_000;

export interface Searched {
  readonly found: FoundCall | null;
  /** From when on the calls were looked at, ms since the epoch: later than asked for where the time was up. */
  readonly from: number;
}

interface Wanted {
  readonly tenantId: string;
  readonly cdrId: string;
}

/** Avro writes a text as its length, in a zigzag varint, and its bytes: a call without these is not looked into. */
function avroText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  for (let left = 2 * bytes.length; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...length, left, ...bytes]);
    length.push((left % 128) + 128);
  }
}

const idAlone: ReadonlySet<string> = new Set(["id"]);

/** Whether it is that call. Another tenant's call of that id is not; nor is what can't be read. */
function isWanted(value: Buffer, schemas: CallSchemas, { tenantId, cdrId }: Wanted): boolean {
  const schema = schemas.peek(schemaIdOf(value));
  if (schema === undefined || schema instanceof OnhookError) return false;
  try {
    if (schema.tenantIdOf(value) !== tenantId) return false;
    return schema.scan(value).project(idAlone).cdr.id === cdrId;
  } catch (error) {
    if (error instanceof OnhookError && !error.retryable) return false;
    throw error;
  }
}

interface Sifted extends LogRecord {
  readonly value: Buffer;
}

/** The last of the records that is the call that is wanted; all else has its turn meanwhile. */
async function lastWanted(
  records: readonly Sifted[],
  { schemas, signal }: CallSource,
  wanted: Wanted,
): Promise<FoundCall | null> {
  const ids = new Set(records.map(({ value }) => schemaIdOf(value)));
  await Promise.all([...ids].map(async (id) => schemas.load(id)));
  let last: Sifted | null = null;
  const look = (record: Sifted): void => {
    if (isWanted(record.value, schemas, wanted)) last = record;
  };
  await inSlices(records, look, signal);
  return last && readIfSound(last, schemas);
}

async function searchPart(
  part: SourcePartition,
  source: CallSource,
  wanted: Wanted,
  range: TimeRange,
  isOver: () => boolean,
): Promise<FoundCall | null> {
  const { begin, end } = await rangeOfTime(part, range);
  const bytes = avroText(wanted.cdrId);
  const mayBe = (record: LogRecord): record is Sifted =>
    record.offset < end &&
    record.timestamp >= range.from &&
    record.timestamp < range.to &&
    record.value !== null &&
    record.value.length > headerLength &&
    record.value[0] === 0 &&
    record.value.includes(bytes);
  let last: FoundCall | null = null;
  for (let at = begin; at < end && !isOver();) {
    source.signal.throwIfAborted();
    const { records, next } = await part.fetch(at);
    last = (await lastWanted(records.filter(mayBe), source, wanted)) ?? last;
    if (next <= at) break;
    at = next;
  }
  return last;
}

function newest(found: readonly (FoundCall | null)[]): FoundCall | null {
  const calls = found.filter((each) => each !== null);
  return calls.sort((a, b) => b.record.timestamp - a.record.timestamp)[0] ?? null;
}

/**
 * Looks for a tenant's call in the topic, from the end of the time back to its begin in spans that grow, all partitions at
 * once: calls that people ask for are recent mostly. Gives up when `isOver`, and says how far it has come. Rejects as the
 * log does, and when the source's signal is aborted.
 */
export async function searchBack(
  source: CallSource,
  wanted: Wanted,
  range: TimeRange,
  isOver: () => boolean,
): Promise<Searched> {
  const { log, topic, signal } = source;
  signal.throwIfAborted();
  const count = await log.partitions(topic);
  const parts = Array.from({ length: count }, (_, partition) => log.source({ topic, partition }));
  try {
    let to = range.to;
    for (let span = firstSpanMs; to > range.from; span *= 2) {
      signal.throwIfAborted();
      const from = Math.max(range.from, to - span);
      const looked = await Promise.allSettled(
        parts.map((part) => searchPart(part, source, wanted, { from, to }, isOver)),
      );
      const found = looked.map((each) => {
        if (each.status === "rejected") throw each.reason;
        return each.value;
      });
      const call = newest(found);
      if (call !== null) return { found: call, from };
      if (isOver()) break;
      to = from;
    }
    return { found: null, from: Math.max(to, range.from) };
  } finally {
    await all(parts.map((part) => part.close()));
  }
}
