import { encodeProduce } from "../../src/kafka/produce-encoder.ts";

export interface AnsweredRecord {
  readonly key?: string | null;
  readonly value: Buffer | null;
}

/** How a request to write one partition of topic "t" ends: the batch's size, and the batch. */
function batchOf(records: readonly AnsweredRecord[], firstOffset: number): Buffer {
  const messages = records.map(({ key = null, value }) => ({ key, value }));
  const topicData = [{ topic: "t", partitions: [{ partition: 0, messages }] }];
  const request = encodeProduce({ topicData }, 0);
  const head = 2 + 2 + 4 + 4 + 2 + 1 + 4 + 4 + 4;
  const batch = request.subarray(head);
  batch.writeBigInt64BE(BigInt(firstOffset));
  return batch;
}

/**
 * The body of a broker's answer to a fetch, version 11, of one topic: for each partition, from 0, one batch of records that
 * begins at `firstOffset`; none where there are no records. Source: Kafka protocol guide, Fetch API.
 */
export function fetchAnswer(
  partitions: readonly (readonly AnsweredRecord[])[],
  firstOffset = 0,
): Buffer {
  const topic = Buffer.from("\0\u0001t");
  const parts = partitions.map((records, partition) => {
    const batch = records.length === 0 ? Buffer.alloc(0) : batchOf(records, firstOffset);
    const head = Buffer.alloc(4 + 2 + 8 + 8 + 8 + 4 + 4 + 4);
    head.writeInt32BE(partition);
    head.writeBigInt64BE(BigInt(firstOffset + records.length), 6);
    head.writeBigInt64BE(BigInt(firstOffset + records.length), 14);
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
