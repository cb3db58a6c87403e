import { OnhookError } from "../../src/errors.ts";
import type { TableSource } from "../../src/kafka/compacted-table.ts";
import type { TopicPartition } from "../../src/log/log-record.ts";
import { pause } from "../../src/runtime/clock.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { MemoryLog } from "./memory-log.ts";

/** Most records that one fetch brings. */
const mostPerFetch = 10;

/** Reads one partition of a memory log, as a table does. A fetch is over as soon as `signal` is aborted. */
export function createMemorySource(
  log: MemoryLog,
  at: TopicPartition,
  clock: Clock,
  signal: AbortSignal,
): TableSource {
  const { topic, partition } = at;

  function assertReadable(): void {
    if (log.away) throw new Error("the log is away");
    if (log.partitionsOf(topic) <= partition) throw new OnhookError("TOPIC_MISSING", { topic });
  }

  async function untilEndMoves(waitMs: number): Promise<void> {
    const end = log.endOf(at);
    const over = new AbortController();
    const waiting = AbortSignal.any([signal, over.signal]);
    const waited = pause(clock, waitMs, waiting).then(() => over.abort());
    while (!waiting.aborted && log.endOf(at) === end) await log.changed(waiting);
    over.abort();
    await waited;
  }

  return {
    async fetch(offset, waitMs) {
      assertReadable();
      if (waitMs > 0 && offset === log.endOf(at)) await untilEndMoves(waitMs);
      assertReadable();
      const end = log.endOf(at);
      if (offset > end || offset < log.beginOf(at))
        throw new OnhookError("OFFSET_OUT_OF_RANGE", { topic });
      const records = log.read(at, offset, mostPerFetch);
      const last = records.at(-1);
      const next = last === undefined || records.length < mostPerFetch ? end : last.offset + 1;
      return { batch: { topic, partition, records }, next, end };
    },
    async bounds() {
      assertReadable();
      return { low: log.beginOf(at), end: log.endOf(at) };
    },
    partitions: async () => log.partitionsOf(topic),
    close: async () => undefined,
  };
}
