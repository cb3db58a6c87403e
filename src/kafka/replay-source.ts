import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import type { TopicPartition } from "../log/log-record.ts";
import type { SourcePartition } from "../replay/replay-log.ts";
import { explained } from "./broker-failure.ts";
import { PartitionReader } from "./partition-reader.ts";

const waitMs = 500;

/** What fails at the brokers passes, as far as anyone can know from here; a mistake of this program does not. */
export function interrupted(error: unknown): unknown {
  const own = explained(error);
  if (own instanceof OnhookError) return own;
  if (!(own instanceof Error) || own instanceof TypeError || own instanceof RangeError) return own;
  return new OnhookError("REPLAY_INTERRUPTED", { problem: own.message }, { cause: own });
}

/** Does it; what fails at the brokers rejects as what passes. */
export async function passing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw interrupted(error);
  }
}

/** One partition as replays read it. */
export function replaySource(kafka: Kafka, at: TopicPartition): SourcePartition {
  const reader = new PartitionReader(kafka, at);
  async function bounds(): Promise<{ begin: number; end: number }> {
    const { low, end } = await reader.bounds();
    return { begin: low, end };
  }
  return {
    bounds: () => passing(bounds),
    offsetAt: (timestamp) => passing(() => reader.offsetAt(timestamp)),
    fetch: (offset) =>
      passing(async () => {
        try {
          const { batch, next } = await reader.fetch(offset, waitMs);
          return { records: batch.records, next };
        } catch (error) {
          if (!(error instanceof OnhookError) || error.code !== "OFFSET_OUT_OF_RANGE") throw error;
          throw new OnhookError("REPLAY_GONE", { ...at, offset }, { cause: error });
        }
      }),
    close: () => reader.close(),
  };
}
