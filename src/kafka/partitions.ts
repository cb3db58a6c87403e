import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import type { OutgoingRecord } from "../log/log-record.ts";
import { javaPartitioner } from "./partitioner.ts";
import { withAdmin } from "./with-admin.ts";

/** Which partition of its topic a record belongs in. */
export type PartitionOf = (record: OutgoingRecord) => number;

/**
 * Makes the look-up of topics. Partitions follow from murmur2 of the key as the Java clients do it, round robin without
 * one. Rejects when the topic does not exist or no broker answers.
 */
export function createPartitions(kafka: Kafka): (topic: string) => Promise<PartitionOf> {
  const choose = javaPartitioner();
  return async (topic) => {
    const answer = await withAdmin(kafka, (admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    const [found] = answer.topics;
    if (found === undefined) throw new OnhookError("TOPIC_MISSING", { topic });
    const partitionMetadata = found.partitions;
    return ({ key }) => choose({ topic, partitionMetadata, message: { key, value: null } });
  };
}
