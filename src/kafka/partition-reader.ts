import type { Batch, Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import type { RecordBatch, TopicPartition } from "../log/log-record.ts";
import { steadyClock } from "../runtime/clock.ts";
import { explained } from "./broker-failure.ts";
import { doneWith } from "./fetched-memory.ts";
import { batchOf, createCluster, readCommitted } from "./kafkajs-cluster.ts";
import type { KafkajsBroker, KafkajsCluster, PartitionData } from "./kafkajs-cluster.ts";
import { patiently } from "./patience.ts";
import { isLeaderMoving } from "./refusal-types.ts";
import { ownBytes, toRecordBatch } from "./to-log-record.ts";

/** What one fetch of one partition brought. */
export interface Fetched {
  readonly batch: RecordBatch;
  /** The offset to fetch next. */
  readonly next: number;
  /** The end of what is committed: a reader of committed records can get this far now. */
  readonly end: number;
}

export interface Bounds {
  /** Offset of the first record. */
  readonly low: number;
  /** The end of what is committed. */
  readonly end: number;
}

const earliest = -2;
const latest = -1;
const maxBytes = 4 * 1024 * 1024;
const leaderAgainMs = 100;

/** Reads one partition from where it is told to, without a group. Not for use by several callers at a time. */
export class PartitionReader {
  readonly #kafka: Kafka;
  readonly #at: TopicPartition;
  readonly #lends: boolean;
  #lent: Batch | null = null;
  #cluster: KafkajsCluster | null = null;

  /** `lends`: the records of a fetch are its very memory, which is used again with the next one; nobody may keep them. */
  constructor(kafka: Kafka, at: TopicPartition, { lends = false } = {}) {
    this.#kafka = kafka;
    this.#at = at;
    this.#lends = lends;
  }

  /**
   * Waits up to `waitMs` for records from `offset` on. Rejects with OFFSET_OUT_OF_RANGE, TOPIC_MISSING, KAFKA_AUTH,
   * KAFKA_TLS, or kafkajs's error when the broker can't be had; call again later.
   */
  async fetch(offset: number, waitMs: number): Promise<Fetched> {
    const { topic, partition } = this.#at;
    if (this.#lent !== null) doneWith(this.#lent);
    this.#lent = null;
    return this.#afresh(async () => {
      const broker = await this.#leader();
      const wanted = { partition, fetchOffset: String(offset), maxBytes };
      const { responses } = await broker.fetch({
        isolationLevel: readCommitted,
        maxWaitTime: waitMs,
        minBytes: 1,
        maxBytes,
        topics: [{ topic, partitions: [wanted] }],
      });
      const data = responses[0]?.partitions[0];
      if (data === undefined) throw new OnhookError("FETCH_EMPTY", { topic });
      return this.#toFetched(offset, data);
    });
  }

  async bounds(): Promise<Bounds> {
    return this.#patiently(async () => {
      const broker = await this.#leader();
      const low = await this.#offsetAt(broker, earliest);
      return { low, end: await this.#offsetAt(broker, latest) };
    });
  }

  /** The offset of the first record stamped with that time or a later one, ms since the epoch; null: there is none. */
  async offsetAt(timestamp: number): Promise<number | null> {
    return this.#patiently(async () => {
      const offset = await this.#offsetAt(await this.#leader(), timestamp);
      return offset < 0 ? null : offset;
    });
  }

  /** How many partitions the topic has; 0 when it does not exist. */
  async partitions(): Promise<number> {
    return this.#afresh(async () => {
      const cluster = await this.#connected();
      return cluster.findTopicPartitionMetadata(this.#at.topic).length;
    });
  }

  async close(): Promise<void> {
    const closing = this.#cluster;
    this.#cluster = null;
    await closing?.disconnect();
  }

  async #connected(): Promise<KafkajsCluster> {
    if (this.#cluster === null) {
      const cluster = createCluster(this.#kafka);
      this.#cluster = cluster;
      await cluster.connect();
      await cluster.addTargetTopic(this.#at.topic);
    }
    await this.#cluster.refreshMetadataIfNecessary();
    return this.#cluster;
  }

  async #leader(): Promise<KafkajsBroker> {
    const { topic, partition } = this.#at;
    const cluster = await this.#connected();
    const found = cluster
      .findTopicPartitionMetadata(topic)
      .find(({ partitionId }) => partitionId === partition);
    if (found === undefined) throw new OnhookError("TOPIC_MISSING", { topic });
    return cluster.findBroker({ nodeId: found.leader });
  }

  async #offsetAt(broker: KafkajsBroker, timestamp: number): Promise<number> {
    const { topic, partition } = this.#at;
    const topics = [{ topic, partitions: [{ partition, timestamp }] }];
    const { responses } = await broker.listOffsets({ isolationLevel: readCommitted, topics });
    const offset = responses[0]?.partitions[0]?.offset;
    if (offset === undefined) throw new OnhookError("FETCH_EMPTY", { topic });
    return Number(offset);
  }

  #toFetched(offset: number, data: PartitionData): Fetched {
    const { topic, partition } = this.#at;
    const kafkajsBatch = batchOf(topic, offset, data);
    const { records } = toRecordBatch(kafkajsBatch);
    const batch = { topic, partition, records: this.#lends ? records : records.map(ownBytes) };
    if (this.#lends) this.#lent = kafkajsBatch;
    else doneWith(kafkajsBatch);
    const end = Number(data.lastStableOffset);
    if (data.messages.length > 0) {
      return { batch, end, next: Math.max(offset, Number(kafkajsBatch.lastOffset()) + 1) };
    }
    // A good answer with nothing in it, though more is committed behind: a batch that the log cleaner emptied begins
    // here, and this offset is one that no record has any more.
    return { batch, end, next: offset < end ? offset + 1 : offset };
  }

  /** A command that asks once must not fail for a topic whose leaders are being chosen. */
  #patiently<T>(work: () => Promise<T>): Promise<T> {
    return patiently(steadyClock, () => this.#afresh(work), isLeaderMoving, leaderAgainMs);
  }

  /** After any failure the connection is made anew: a leader may have moved, a broker come back under another id. */
  async #afresh<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.close();
      throw asOwnError(error, this.#at);
    }
  }
}

function asOwnError(error: unknown, { topic }: TopicPartition): unknown {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name === "KafkaJSOffsetOutOfRange") {
      return new OnhookError("OFFSET_OUT_OF_RANGE", { topic }, { cause: error });
    }
    if ("type" in each && each.type === "UNKNOWN_TOPIC_OR_PARTITION") {
      return new OnhookError("TOPIC_MISSING", { topic }, { cause: error });
    }
  }
  return explained(error);
}
