import { randomUUID } from "node:crypto";
import kafkajs from "kafkajs";
import type { Kafka } from "kafkajs";
import type { PartitionConsumer } from "../../src/delivery/intake.ts";
import { expect } from "vitest";
import { createKafkaClient } from "../../src/kafka/client.ts";
import type { TableSource } from "../../src/kafka/compacted-table.ts";
import { createExactlyOnceProcessor } from "../../src/kafka/exactly-once-processor.ts";
import type { ExactlyOnceProcessor } from "../../src/kafka/exactly-once-processor.ts";
import { GroupConsumer } from "../../src/kafka/group-consumer.ts";
import type { KafkaEvent } from "../../src/kafka/kafka-events.ts";
import { PartitionReader } from "../../src/kafka/partition-reader.ts";
import { createRecordWriter } from "../../src/kafka/record-writer.ts";
import type { RecordWriter } from "../../src/kafka/record-writer.ts";
import { createTopicAdmin } from "../../src/kafka/topic-admin.ts";
import { createTopicReader } from "../../src/kafka/topic-reader.ts";
import { withAdmin } from "../../src/kafka/with-admin.ts";
import type { LogRecord, TopicPartition } from "../../src/log/log-record.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { MemoryConsumer } from "../support/memory-consumer.ts";
import { MemoryGroups } from "../support/memory-group.ts";
import { MemoryLog, memoryPartitionOf } from "../support/memory-log.ts";
import { createMemoryProcessor } from "../support/memory-processor.ts";
import { createMemorySource } from "../support/memory-source.ts";
import { createMemoryWriter } from "../support/memory-writer.ts";
import { useStack } from "../support/stack.ts";

export type TopicSettings = Readonly<Record<string, string>>;

/** A log, real or in memory, and all the ways in which the service uses it. */
export interface LogUnderTest {
  /** Where a key belongs. */
  partitionOf(key: string, partitions: number): number;
  createTopic(topic: string, partitions: number, settings?: TopicSettings): Promise<void>;
  writer(): RecordWriter;
  consumer(groupId: string, topics: readonly string[]): PartitionConsumer;
  processor(groupId: string, topic: string): Pick<ExactlyOnceProcessor, "run">;
  source(at: TopicPartition, signal: AbortSignal): TableSource;
  /** Null where the group has committed nothing. */
  committed(groupId: string, at: TopicPartition): Promise<number | null>;
  /** All that is committed in a topic now, one partition after the other. */
  read(topic: string): Promise<readonly LogRecord[]>;
  deleteTopic(topic: string): Promise<void>;
  deleteBefore(at: TopicPartition, offset: number): Promise<void>;
}

/** Keys of which each belongs in the partition of its place. */
export function keysOf(log: LogUnderTest, partitions: number): string[] {
  const keys: string[] = [];
  for (let number = 0; keys.filter(Boolean).length < partitions; number += 1) {
    const key = `k${number}`;
    keys[log.partitionOf(key, partitions)] ??= key;
  }
  return keys;
}

/** The name of a topic or group that nobody else has. */
export function ownName(what: string): string {
  return `${what}-${randomUUID()}`;
}

export function memoryLog(): LogUnderTest {
  const log = new MemoryLog(systemClock);
  const groups = new MemoryGroups(log);
  return {
    partitionOf: (key, partitions) => memoryPartitionOf(Buffer.from(key), partitions),
    createTopic: async (topic, partitions) => log.createTopic(topic, partitions),
    writer: () => createMemoryWriter(log),
    consumer: (groupId, topics) => new MemoryConsumer(groups.get(groupId), topics),
    processor: (groupId, topic) => createMemoryProcessor(groups.get(groupId), topic, systemClock),
    source: (at, signal) => createMemorySource(log, at, systemClock, signal),
    committed: async (groupId, at) => log.committed(groupId, at),
    read: async (topic) => log.all(topic),
    deleteTopic: async (topic) => log.createTopic(topic, 0),
    deleteBefore: async (at, offset) => log.deleteBefore({ ...at, offset }),
  };
}

/** Short, so that a worker that is frozen is replaced while a test waits; the least that the broker lets it be. */
export const sessionTimeoutMs = 6000;

export interface KafkaLogOptions {
  /** Told what the adapters say. */
  readonly events?: KafkaEvent[];
  /** In place of a client of its own: one that misbehaves, say. */
  readonly kafka?: Kafka;
  /** In place of the machine's: one that stands still, say. */
  readonly clock?: Clock;
  /** Copies of each topic; 1 unless the cluster has more brokers. */
  readonly replicas?: number;
}

/** A client of the stack's Kafka, which says nothing. */
export function kafkaClient(): Kafka {
  const { brokers } = useStack();
  const timeouts = { connectionTimeoutMs: 3000, requestTimeoutMs: 30_000 };
  return createKafkaClient({ brokers, clientId: "contracts", ...timeouts }, () => undefined);
}

export function kafkaLog({
  events = [],
  kafka = kafkaClient(),
  clock = systemClock,
  replicas = 1,
}: KafkaLogOptions = {}): LogUnderTest {
  const deps = { clock, emit: (event: KafkaEvent) => void events.push(event) };
  const session = { sessionTimeoutMs, heartbeatIntervalMs: 500, maxBytesPerPartition: 1024 * 1024 };
  const choose = kafkajs.Partitioners.DefaultPartitioner();
  return {
    partitionOf(key, partitions) {
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
        partitionId,
        leader: 1,
      })) as Parameters<typeof choose>[0]["partitionMetadata"];
      return choose({ topic: "", partitionMetadata, message: { key, value: null } });
    },
    async createTopic(topic, partitions, settings = {}) {
      await createTopicAdmin(kafka, systemClock).create(
        [{ topic, partitions, settings }],
        replicas,
      );
      // A broker that is known as the leader needs a moment until it acts as one.
      const answers = (): Promise<boolean> =>
        withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic)).then(
          () => true,
          () => false,
        );
      await expect.poll(answers, { timeout: 30_000 }).toBe(true);
    },
    writer: () => createRecordWriter(kafka, deps),
    consumer: (groupId, topics) => new GroupConsumer(kafka, { groupId, topics, ...session }, deps),
    processor: (groupId, topic) =>
      createExactlyOnceProcessor(
        kafka,
        {
          groupId,
          topic,
          transactionalIdPrefix: groupId,
          transactionTimeoutMs: 30_000,
          maxRecordBytes: 1_000_000,
          partitionsAtOnce: 2,
          // What other hands leave unmarked is not what these tests are about.
          outputs: [],
          ...session,
        },
        deps,
      ),
    source: (at) => new PartitionReader(kafka, at, { lends: true }),
    async committed(groupId, { topic, partition }) {
      const [answer] = await withAdmin(kafka, (admin) =>
        admin.fetchOffsets({ groupId, topics: [topic] }),
      );
      const found = answer?.partitions.find((each) => each.partition === partition);
      return Number(found?.offset ?? -1) < 0 ? null : Number(found?.offset);
    },
    async read(topic) {
      const records: LogRecord[] = [];
      await createTopicReader(kafka).readAll(topic, (record) => void records.push(record));
      return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
    },
    deleteTopic: (topic) => withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [topic] })),
    deleteBefore: ({ topic, partition }, offset) =>
      withAdmin(kafka, async (admin) => {
        // Has the client learn where the topic's leaders are, which the next step takes as known.
        await admin.fetchTopicOffsets(topic);
        const partitions = [{ partition, offset: String(offset) }];
        await admin.deleteTopicRecords({ topic, partitions });
      }),
  };
}

/** The logs that every contract is run on. */
export const logs: readonly (readonly [name: string, make: () => LogUnderTest])[] = [
  ["the log in memory", memoryLog],
  ["Kafka", kafkaLog],
];
