import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import { PartitionReader } from "./partition-reader.ts";

/** How many partitions a topic has. Rejects with TOPIC_MISSING, or kafkajs's error when the brokers can't be had. */
export async function countPartitions(kafka: Kafka, topic: string): Promise<number> {
  const reader = new PartitionReader(kafka, { topic, partition: 0 });
  try {
    const partitions = await reader.partitions();
    if (partitions === 0) throw new OnhookError("TOPIC_MISSING", { topic });
    return partitions;
  } finally {
    await reader.close();
  }
}
