import { Kafka, logLevel } from "kafkajs";
import "../support/quiet-warnings.ts";

// A process of its own that reads a topic with the same client, and does nothing with it: as fast as anything can read.
// Told to read by a message, it answers with the moments at which it had read each so many records.

interface Order {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
  readonly total: number;
  readonly every: number;
  readonly partitionsAtOnce: number;
}

async function read(order: Order): Promise<{ seconds: number[]; cpuSeconds: number[] }> {
  const kafka = new Kafka({ brokers: [...order.brokers], logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: order.groupId });
  const [seconds, cpuSeconds]: [number[], number[]] = [[], []];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const mark = (): void => {
    const { user, system } = process.cpuUsage();
    seconds.push(performance.now() / 1000);
    cpuSeconds.push((user + system) / 1e6);
  };
  await consumer.connect();
  await consumer.subscribe({ topics: [order.topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: order.partitionsAtOnce,
    eachBatch: async ({ batch }) => {
      if (count === 0) mark();
      count += batch.messages.length;
      while (count >= order.every * seconds.length && seconds.length <= order.total / order.every)
        mark();
      if (count >= order.total) resolve();
    },
  });
  await done;
  await consumer.disconnect();
  return { seconds, cpuSeconds };
}

process.on("message", (order: Order) => {
  void read(order).then((marks) => process.send?.(marks));
});
