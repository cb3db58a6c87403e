import type { Batch } from "kafkajs";
import { decodeFetch } from "../../src/kafka/fetch-decoder.ts";
import { batchOf } from "../../src/kafka/kafkajs-cluster.ts";
import type { PartitionData } from "../../src/kafka/kafkajs-cluster.ts";
import { encodeProduce } from "../../src/kafka/produce-encoder.ts";

interface AnsweredRecord {
  readonly key?: string | null;
  readonly value: Buffer | null;
}

/** How a request to write one partition of topic "t" ends: the batch's size, and the batch. */
function writtenBatch(records: readonly AnsweredRecord[]): Buffer {
  const messages = records.map(({ key = null, value }) => ({ key, value }));
  const topicData = [{ topic: "t", partitions: [{ partition: 0, messages }] }];
  const request = encodeProduce({ topicData }, 0);
  const head = 2 + 2 + 4 + 4 + 2 + 1 + 4 + 4 + 4;
  return request.subarray(head);
}

/**
 * The body of a broker's answer to a fetch, version 11, of one topic: for each partition, from 0, one batch of records from
 * offset 0 on; none where there are no records. Source: Kafka protocol guide, Fetch API.
 */
export function fetchAnswer(partitions: readonly (readonly AnsweredRecord[])[]): Buffer {
  const topic = Buffer.from("\0\u0001t");
  const parts = partitions.map((records, partition) => {
    const batch = records.length === 0 ? Buffer.alloc(0) : writtenBatch(records);
    const head = Buffer.alloc(4 + 2 + 8 + 8 + 8 + 4 + 4 + 4);
    head.writeInt32BE(partition);
    head.writeBigInt64BE(BigInt(records.length), 6);
    head.writeBigInt64BE(BigInt(records.length), 14);
    head.writeInt32BE(-1, 30);
    head.writeInt32BE(-1, 34);
    head.writeInt32BE(batch.length, 38);
    return Buffer.concat([head, batch]);
  });
  const counts = Buffer.alloc(4 + 2 + 4 + 4);
  counts.writeInt32BE(1, 10);
  const partitionCount = Buffer.alloc(4);
  partitionCount.writeInt32BE(partitions.length);
  return Buffer.concat([counts, topic, partitionCount, ...parts]);
}

/** The batches of such an answer, as kafkajs makes them; none of partitions without records. */
export async function batchesIn(answer: Buffer): Promise<Batch[]> {
  const { responses } = await decodeFetch(answer);
  return responses
    .flatMap(({ partitions }) => partitions)
    .filter(({ messages }) => messages.length > 0)
    .map((data) => batchOf("t", 0, data as unknown as PartitionData));
}
