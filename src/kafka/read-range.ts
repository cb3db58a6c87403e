import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { PartitionReader } from "./partition-reader.ts";

/** How long a fetch waits for what is not committed yet, in ms. */
const waitMs = 500;

/**
 * The committed records from one offset up to, and without, another. Where what is committed does not reach as far yet, since
 * a transaction is open there, it is waited for. Rejects with CONFIG_UNCONFIRMED once `signal` is aborted, and as the reader
 * does, which is closed in the end.
 */
export async function readRange(
  reader: Pick<PartitionReader, "fetch" | "close">,
  { topic, from, to }: { readonly topic: string; readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<readonly LogRecord[]> {
  const found: LogRecord[] = [];
  try {
    for (let position = from; position < to;) {
      if (signal.aborted) throw new OnhookError("CONFIG_UNCONFIRMED", { topic, offset: to });
      const { batch, next } = await reader.fetch(position, waitMs);
      found.push(...batch.records.filter(({ offset }) => offset >= from && offset < to));
      position = next;
    }
  } finally {
    await reader.close();
  }
  return found;
}
