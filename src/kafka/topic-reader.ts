import type { Kafka } from "kafkajs";
import type { LogRecord } from "../log/log-record.ts";
import { countPartitions } from "./count-partitions.ts";
import { PartitionReader } from "./partition-reader.ts";

/** Reads a topic from outside any group, for people and tools. */
export interface TopicReader {
  /**
   * Hands every record that is committed now to `take`, the partitions at the same time, each in its order.
   * Rejects with TOPIC_MISSING, or kafkajs's error when the brokers can't be had.
   */
  readAll(topic: string, take: (record: LogRecord) => Promise<void> | void): Promise<void>;
  /** The same from now on, until `signal` is aborted; `ready` is called once nothing written later can be missed. */
  follow(
    topic: string,
    take: (record: LogRecord) => Promise<void> | void,
    signal: AbortSignal,
    ready: () => void,
  ): Promise<void>;
}

const waitMs = 500;

export function createTopicReader(kafka: Kafka): TopicReader {
  async function eachPartition(
    topic: string,
    work: (reader: PartitionReader) => Promise<void>,
  ): Promise<void> {
    const count = await countPartitions(kafka, topic);
    const all = Array.from({ length: count }, async (_, partition) => {
      const reader = new PartitionReader(kafka, { topic, partition });
      try {
        await work(reader);
      } finally {
        await reader.close();
      }
    });
    await Promise.all(all);
  }

  return {
    readAll: (topic, take) =>
      eachPartition(topic, async (reader) => {
        const { low, end } = await reader.bounds();
        for (let position = low; position < end;) {
          const { batch, next } = await reader.fetch(position, waitMs);
          for (const record of batch.records) if (record.offset < end) await take(record);
          position = next;
        }
      }),
    async follow(topic, take, signal, ready) {
      let waiting = await countPartitions(kafka, topic);
      await eachPartition(topic, async (reader) => {
        let position = (await reader.bounds()).end;
        waiting -= 1;
        if (waiting === 0) ready();
        while (!signal.aborted) {
          const { batch, next } = await reader.fetch(position, waitMs);
          for (const record of batch.records) await take(record);
          position = next;
        }
      });
    },
  };
}
