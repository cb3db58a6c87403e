import type { LogRecord } from "../log/log-record.ts";
import type { Range, ReplayLog, SourcePartition } from "./replay-log.ts";

/** Offsets of one partition that are to be read. */
export interface Part extends Range {
  readonly partition: number;
}

/** Looks up, for each partition of a topic, which of it is to be read. */
export async function partsOf(
  log: Pick<ReplayLog, "partitions" | "source">,
  topic: string,
  range: (source: SourcePartition) => Promise<Range>,
): Promise<Part[]> {
  const count = await log.partitions(topic);
  const parts = Array.from({ length: count }, async (_, partition) => {
    const source = log.source({ topic, partition });
    try {
      return { partition, ...(await range(source)) };
    } finally {
      await source.close();
    }
  });
  return Promise.all(parts);
}

/** Reads the parts, one after the other, and hands each record to `take`. Rejects as the log does, and when `signal` is aborted. */
export async function scanParts(
  log: Pick<ReplayLog, "source">,
  topic: string,
  parts: readonly Part[],
  take: (record: LogRecord) => Promise<void> | void,
  signal: AbortSignal,
): Promise<void> {
  for (const { partition, begin, end } of parts) {
    const source = log.source({ topic, partition });
    try {
      for (let position = begin; position < end;) {
        signal.throwIfAborted();
        const { records, next } = await source.fetch(position);
        for (const record of records)
          if (record.offset >= position && record.offset < end) await take(record);
        position = next;
      }
    } finally {
      await source.close();
    }
  }
}
