import { createPlainClient } from "../kafka/client.ts";
import type { KafkaClientOptions } from "../kafka/client.ts";
import { createMarks } from "./marks.ts";
import type { Marks } from "./marks.ts";
import { spent } from "./raw-read.ts";

/** Records to be written by one idempotent producer, without transactions: as fast as anything can write. */
export interface WriteOrder {
  readonly kafka: KafkaClientOptions;
  readonly topic: string;
  readonly partitions: number;
  readonly total: number;
  readonly every: number;
  /** Bytes of each value; keys are UUIDs. */
  readonly bytes: number;
}

/** What one send carries: more costs kafkajs more than another trip. */
const recordsPerSend = 500;

/** Writes all of it, to all partitions at the same time; resolves with when each so many had been written. */
export async function rawWrite(order: WriteOrder): Promise<Marks> {
  const { topic, partitions, total, bytes } = order;
  const producer = createPlainClient(order.kafka).producer({ idempotent: true });
  const value = Buffer.alloc(bytes, "x");
  const key = "5a0e3c9e-8d5b-4c55-9a57-0a7f6d0c2b11";
  const marks = createMarks(order);
  let [begun, count] = [0, 0];
  async function writeTo(partition: number): Promise<void> {
    while (begun < total) {
      const size = Math.min(recordsPerSend, total - begun);
      begun += size;
      const messages = Array.from({ length: size }, () => ({ key, value, partition }));
      await producer.send({ topic, acks: -1, messages });
      count += size;
      marks.note({ count, ...spent() });
    }
  }
  await producer.connect();
  marks.note({ count: 0, ...spent() });
  await Promise.all(Array.from({ length: partitions }, (_, partition) => writeTo(partition)));
  await producer.disconnect();
  return marks.marks;
}
