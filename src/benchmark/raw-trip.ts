import { createPlainClient } from "../kafka/client.ts";
import type { KafkaClientOptions } from "../kafka/client.ts";

/** Records to be written and read, one after another: what no call can be faster than. */
export interface TripOrder {
  readonly kafka: KafkaClientOptions;
  readonly topic: string;
  readonly groupId: string;
  readonly count: number;
}

/** Makes so many trips after some to warm up; resolves with how long each took, in ms. */
export async function rawTrips({ kafka, topic, groupId, count }: TripOrder): Promise<number[]> {
  const client = createPlainClient(kafka);
  const consumer = client.consumer({ groupId });
  const producer = client.producer({ idempotent: true });
  let read = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ autoCommit: false, eachMessage: async () => read.resolve() });
  await producer.connect();
  const trips: number[] = [];
  for (let made = 0; made < warmUp + count; made += 1) {
    read = Promise.withResolvers<void>();
    const begin = performance.now();
    await producer.send({ topic, acks: -1, messages: [{ key: "trip", value: "trip" }] });
    await read.promise;
    if (made >= warmUp) trips.push(performance.now() - begin);
  }
  await producer.disconnect();
  await consumer.disconnect();
  return trips;
}

/** The group is joined, and code compiled, in the first. */
const warmUp = 20;
