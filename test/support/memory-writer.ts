import { OnhookError } from "../../src/errors.ts";
import type { CommittedOffset, OutgoingRecord } from "../../src/log/log-record.ts";
import type { MemoryLog } from "./memory-log.ts";

export interface MemoryWriter extends AsyncDisposable {
  prepare(topics: readonly string[]): Promise<void>;
  write(record: OutgoingRecord): Promise<CommittedOffset>;
}

/** Writes to a memory log; what it can't write now waits until it can, or until the writer is closed. */
export function createMemoryWriter(log: MemoryLog): MemoryWriter {
  const closing = new AbortController();
  async function isThere(topic: string): Promise<void> {
    while (log.away || log.partitionsOf(topic) === 0) {
      if (closing.signal.aborted) break;
      await log.changed(closing.signal);
    }
    if (closing.signal.aborted) throw new OnhookError("WRITER_CLOSED", { topic });
  }
  return {
    async prepare(topics) {
      await Promise.all(topics.map(isThere));
    },
    async write(record) {
      await isThere(record.topic);
      return log.append(record);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
    },
  };
}
