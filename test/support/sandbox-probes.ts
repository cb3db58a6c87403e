import { Kafka, logLevel } from "kafkajs";
import { expect } from "vitest";
import type { Stack } from "../../src/sandbox/stack.ts";

function kafkaOf(stack: Stack): Kafka {
  return new Kafka({ brokers: [...stack.brokers], logLevel: logLevel.NOTHING });
}

/** Registers a schema and gives its id. */
export async function registerSchema(stack: Stack, subject: string): Promise<number> {
  const response = await fetch(`${stack.registryUrl}/subjects/${subject}/versions`, {
    method: "POST",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ schema: '{"type":"record","name":"R","fields":[]}' }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { readonly id: number }).id;
}

/** Makes a topic with one record in it. */
export async function writeTopic(stack: Stack, topic: string): Promise<void> {
  const kafka = kafkaOf(stack);
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await producer.send({ topic, acks: -1, messages: [{ value: "kept" }] });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

/** How many records the topic with one partition has. */
export async function recordsIn(stack: Stack, topic: string): Promise<number> {
  const admin = kafkaOf(stack).admin();
  await admin.connect();
  const [partition] = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return Number(partition?.high);
}

export async function topicsOf(stack: Stack): Promise<readonly string[]> {
  const admin = kafkaOf(stack).admin();
  await admin.connect();
  const topics = await admin.listTopics();
  await admin.disconnect();
  return topics;
}
