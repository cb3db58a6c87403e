import type { LogRecord } from "../log/log-record.ts";
import { rangeOfTime } from "../replay/time-range.ts";
import { all } from "../runtime/all.ts";
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

async function searchPart(
  source: SourcePartition,
  { schemas }: CallSource,
  wanted: Wanted,
  range: TimeRange,
  isOver: () => boolean,
): Promise<FoundCall | null> {
  const { begin, end } = await rangeOfTime(source, range);
  const bytes = Buffer.from(wanted.cdrId);
  // Avro writes a text as its bytes, so a call without them is not decoded.
  const mayBe = ({ offset, value, timestamp }: LogRecord): boolean =>
    offset < end &&
    timestamp >= range.from &&
    timestamp < range.to &&
    value?.includes(bytes) === true;
  let last: FoundCall | null = null;
  for (let at = begin; at < end && !isOver();) {
    const { records, next } = await source.fetch(at);
    for (const record of records.filter(mayBe)) {
      const sound = await readIfSound(record, schemas);
      // Another tenant's call of that id is none.
      if (sound?.call.cdr.id === wanted.cdrId && sound.call.tenantId === wanted.tenantId)
        last = sound;
    }
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
