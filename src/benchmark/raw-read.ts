import { createPlainClient } from "../kafka/client.ts";
import type { KafkaClientOptions } from "../kafka/client.ts";
import { createMarks } from "./marks.ts";
import type { Marks } from "./marks.ts";

/** A topic to be read with the same client as the service's and nothing done with it: as fast as anything can read. */
export interface ReadOrder {
  readonly kafka: KafkaClientOptions;
  readonly topic: string;
  readonly groupId: string;
  /** How many records there are, and after how many of them each mark is set. */
  readonly total: number;
  readonly every: number;
  readonly partitionsAtOnce: number;
}

/** Reads all of it; resolves with when each so many had been read. */
export async function rawRead(order: ReadOrder): Promise<Marks> {
  const consumer = createPlainClient(order.kafka).consumer({ groupId: order.groupId });
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const marks = createMarks(order);
  let count = 0;
  await consumer.connect();
  await consumer.subscribe({ topics: [order.topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: order.partitionsAtOnce,
    eachBatch: async ({ batch }) => {
      // What comes first is there already when the time begins.
      if (count === 0) marks.note({ count: 0, ...spent() });
      count += batch.messages.length;
      marks.note({ count, ...spent() });
      if (count >= order.total) resolve();
    },
  });
  await done;
  await consumer.disconnect();
  return marks.marks;
}

/** The time, and the processor time of this process until now; in s. */
export function spent(): { readonly at: number; readonly cpu: number } {
  const { user, system } = process.cpuUsage();
  return { at: performance.now() / 1000, cpu: (user + system) / 1e6 };
}
