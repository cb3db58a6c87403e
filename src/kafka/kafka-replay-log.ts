import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import type { TopicPartition } from "../log/log-record.ts";
import { recordSize } from "../log/record-size.ts";
import type { ReplayLane, ReplayLog, SourcePartition, Standing } from "../replay/replay-log.ts";
import type { Clock } from "../runtime/clock.ts";
import { explained } from "./broker-failure.ts";
import { committedOffsets } from "./committed-offsets.ts";
import type { NotedOffset } from "./committed-offsets.ts";
import { countPartitions } from "./count-partitions.ts";
import { PartitionReader } from "./partition-reader.ts";
import { isFenced, isTooLarge } from "./refusal-types.ts";
import { TransactionalLane } from "./transactional-lane.ts";

export interface KafkaReplayLogOptions {
  /** The group of a replay is `<prefix>-<id>`. */
  readonly groupPrefix: string;
  /** The transactional id of a partition of it is `<prefix>-replay-<id>-<topic>-<partition>`. */
  readonly transactionalIdPrefix: string;
  readonly transactionTimeoutMs: number;
}

const waitMs = 500;

/** In the metadata of a commit: the end of what the replay is about. */
const untilPattern = /^until:(\d{1,15})$/;

function toStanding({ offset, metadata }: NotedOffset): Standing {
  const until = untilPattern.exec(metadata)?.[1];
  return { offset, until: until === undefined ? null : Number(until) };
}

/** What fails at the brokers passes, as far as anyone can know from here; a mistake of this program does not. */
function interrupted(error: unknown): unknown {
  const own = explained(error);
  if (own instanceof OnhookError) return own;
  if (!(own instanceof Error) || own instanceof TypeError || own instanceof RangeError) return own;
  return new OnhookError("REPLAY_INTERRUPTED", { problem: own.message }, { cause: own });
}

async function passing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw interrupted(error);
  }
}

function sourceOf(kafka: Kafka, at: TopicPartition): SourcePartition {
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

class KafkaReplayLane implements ReplayLane {
  readonly #lane: TransactionalLane;
  readonly #about: { readonly id: string; readonly partition: string };

  constructor(lane: TransactionalLane, id: string, { topic, partition }: TopicPartition) {
    this.#lane = lane;
    this.#about = { id, partition: `${topic}/${partition}` };
  }

  async open(): Promise<Standing | null> {
    const noted = await this.#doing(() => this.#lane.openNoted());
    return noted && toStanding(noted);
  }

  async commit(
    records: Parameters<ReplayLane["commit"]>[0],
    { offset, until }: Standing,
  ): Promise<void> {
    const metadata = until === null ? undefined : `until:${until}`;
    try {
      await this.#doing(() => this.#lane.commit(records, offset, metadata));
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const topic = records[0]?.topic ?? "";
      const bytes = Math.max(...records.map(recordSize));
      throw new OnhookError("RECORD_TOO_LARGE", { topic, bytes }, { cause: error });
    }
  }

  async close(): Promise<void> {
    await passing(() => this.#lane.close());
  }

  async #doing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isFenced(error))
        throw new OnhookError("REPLAY_TAKEN_OVER", this.#about, { cause: error });
      throw interrupted(error);
    }
  }
}

/** The log of replays on Kafka: partitions read without a group, written by a transactional lane each. */
export function createKafkaReplayLog(
  kafka: Kafka,
  options: KafkaReplayLogOptions,
  clock: Clock,
): ReplayLog {
  const { groupPrefix, transactionalIdPrefix, transactionTimeoutMs } = options;
  const groupOf = (id: string): string => `${groupPrefix}-${id}`;
  return {
    partitions: (topic) => passing(() => countPartitions(kafka, topic)),
    source: (at) => sourceOf(kafka, at),
    lane(id, source) {
      const lane = new TransactionalLane(
        kafka,
        {
          source,
          groupId: groupOf(id),
          transactionalIdPrefix: `${transactionalIdPrefix}-replay-${id}`,
          transactionTimeoutMs,
        },
        clock,
      );
      return new KafkaReplayLane(lane, id, source);
    },
    standings: (id, topic) =>
      passing(async () => {
        const committed = await committedOffsets(kafka, groupOf(id), topic);
        return new Map([...committed].map(([partition, noted]) => [partition, toStanding(noted)]));
      }),
  };
}
