import kafkajs from "kafkajs";
import type { Admin, Kafka } from "kafkajs";
import type { AuditLog, Commit, Span } from "../audit/audit-log.ts";
import { OnhookError } from "../errors.ts";
import type { LogRecord, TopicPartition } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import { committedOffsets } from "./committed-offsets.ts";
import { createCluster } from "./kafkajs-cluster.ts";
import { earliest, latest, offsetsAt } from "./partition-offsets.ts";
import type { Offsets } from "./partition-offsets.ts";
import { PartitionReader } from "./partition-reader.ts";
import { withAdmin } from "./with-admin.ts";

/** How long a fetch waits for records that are not committed yet, in ms. */
const waitMs = 500;

/** A transaction that was left open is given up by the brokers sooner than that; ms. */
const patienceMs = 1_200_000;

/** How long a topic keeps its records, in ms; null where time is not what it removes them by. */
async function retentionOf(admin: Admin, topic: string): Promise<number | null> {
  const { resources } = await admin.describeConfigs({
    resources: [
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: topic,
        configNames: ["retention.ms", "retention.bytes"],
      },
    ],
    includeSynonyms: false,
  });
  const settings = new Map(
    resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
  );
  const ms = Number(settings.get("retention.ms") ?? -1);
  return ms > 0 && settings.get("retention.bytes") === "-1" ? ms : null;
}

/** Where the topic begins and ends, and where the times stand in it; one connection for all of it. */
async function boundsOf(
  kafka: Kafka,
  topic: string,
  from: number | null,
  to: number | null,
): Promise<readonly Omit<Span, "removedUntil">[]> {
  const cluster = createCluster(kafka);
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const lows = await offsetsAt(cluster, topic, earliest);
    const highs = await offsetsAt(cluster, topic, latest);
    const none: Offsets = new Map();
    const starts = from === null ? lows : await offsetsAt(cluster, topic, from);
    const ends = to === null ? none : await offsetsAt(cluster, topic, to);
    // Below 0: there is no such record.
    const orEnd = (offset: number | undefined, end: number): number =>
      offset === undefined || offset < 0 ? end : Math.min(offset, end);
    return [...highs].map(([partition, high]) => {
      const end = orEnd(ends.get(partition), high);
      const low = lows.get(partition) ?? 0;
      return { topic, partition, low, start: orEnd(starts.get(partition), end), end };
    });
  } finally {
    await cluster.disconnect();
  }
}

/** Reads topics from outside any group, by spans of offsets that are fixed beforehand. */
export class TopicSpans implements AuditLog {
  readonly #kafka: Kafka;
  readonly #clock: Clock;

  constructor(kafka: Kafka, clock: Clock) {
    this.#kafka = kafka;
    this.#clock = clock;
  }

  async spans(topic: string, from: number | null, to: number | null): Promise<readonly Span[]> {
    const bounds = await withAdmin(this.#kafka, async (admin) => {
      const topics = await admin.listTopics();
      if (!topics.includes(topic)) throw new OnhookError("TOPIC_MISSING", { topic });
      return boundsOf(this.#kafka, topic, from, to);
    });
    const spans: Span[] = [];
    for (const each of bounds.toSorted((a, b) => a.partition - b.partition)) {
      const removedUntil = each.low === 0 ? null : await this.#removedUntil(each, each.low);
      spans.push({ ...each, removedUntil });
    }
    return spans;
  }

  async read(
    spans: readonly Span[],
    take: (record: LogRecord) => Promise<void> | void,
  ): Promise<void> {
    await Promise.all(
      spans.filter(({ start, end }) => start < end).map((span) => this.#read(span, take)),
    );
  }

  committed(group: string, topic: string): Promise<ReadonlyMap<number, Commit>> {
    return committedOffsets(this.#kafka, group, topic);
  }

  async #read(
    { topic, partition, start, end }: Span,
    take: (record: LogRecord) => Promise<void> | void,
  ): Promise<void> {
    const reader = new PartitionReader(this.#kafka, { topic, partition });
    try {
      const giveUpAt = this.#clock.now() + patienceMs;
      for (let position = start; position < end;) {
        const { batch, next } = await reader.fetch(position, waitMs);
        for (const record of batch.records) if (record.offset < end) await take(record);
        if (next === position && this.#clock.now() > giveUpAt)
          throw new OnhookError("TRANSACTION_OPEN", { topic, partition, offset: position });
        position = next;
      }
    } finally {
      await reader.close();
    }
  }

  /**
   * What stood below `low` is older than what stands there now; and where time alone removes records, older than that
   * time. Without the latter a partition that is rarely written would seem to have lost all up to its newest record.
   */
  async #removedUntil({ topic, partition }: TopicPartition, low: number): Promise<number> {
    const now = this.#clock.now();
    const retentionMs = await withAdmin(this.#kafka, (admin) => retentionOf(admin, topic));
    const reader = new PartitionReader(this.#kafka, { topic, partition });
    try {
      const { batch } = await reader.fetch(low, 0);
      const oldest = batch.records[0]?.timestamp ?? now;
      return retentionMs === null ? oldest : Math.min(oldest, now - retentionMs);
    } finally {
      await reader.close();
    }
  }
}
