import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import type { Transaction } from "kafkajs";
import { beforeAll, expect, test } from "vitest";
import { createKafkaClient } from "../../src/kafka/client.ts";
import { GroupConsumer } from "../../src/kafka/group-consumer.ts";
import { PartitionReader } from "../../src/kafka/partition-reader.ts";
import { createTopicReader } from "../../src/kafka/topic-reader.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { createWatch } from "../support/e2e-watch.ts";
import { useStack } from "../support/stack.ts";

const { brokers } = useStack();
const writers = new Kafka({ brokers, logLevel: logLevel.NOTHING });
const readers = createKafkaClient(
  { brokers, clientId: "test", connectionTimeoutMs: 3000, requestTimeoutMs: 30_000 },
  () => undefined,
);

const id = randomUUID().slice(0, 8);
const topics = ["nested", "together", "all-aborted"].map((name) => `read-committed-${id}-${name}`);
const [nested, together, allAborted] = topics as [string, string, string];

/** One transaction of a producer of its own. */
async function begin(topic: string): Promise<Transaction & { write(text: string): Promise<void> }> {
  const producer = writers.producer({ transactionalId: randomUUID(), maxInFlightRequests: 1 });
  await producer.connect();
  const transaction = await producer.transaction();
  return {
    ...transaction,
    async write(value) {
      await transaction.send({ topic, acks: -1, messages: [{ value }] });
    },
  };
}

async function committed(topic: string, value: string): Promise<void> {
  const transaction = await begin(topic);
  await transaction.write(value);
  await transaction.commit();
}

beforeAll(async () => {
  const admin = writers.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: topics.map((topic) => ({ topic })) });
  await admin.disconnect();
});

/** Begins first and ends last: the broker lists it behind one that began after it. */
async function writeNested(): Promise<void> {
  const outer = await begin(nested);
  const inner = await begin(nested);
  await outer.write("outer, aborted");
  await inner.write("inner, aborted");
  await outer.write("outer again, aborted");
  await inner.abort();
  await outer.abort();
  await committed(nested, "committed");
}

/** Three that are open at one offset: a reader that begins there must know of all of them at once. */
async function writeTogether(): Promise<void> {
  const three = [await begin(together), await begin(together), await begin(together)];
  for (const [index, each] of three.entries()) await each.write(`${index}, aborted`);
  for (const [index, each] of three.entries()) await each.write(`${index} again, aborted`);
  for (const each of three) await each.abort();
  await committed(together, "committed");
}

async function readAll(topic: string): Promise<string[]> {
  const values: string[] = [];
  await createTopicReader(readers).readAll(topic, ({ value }) => void values.push(String(value)));
  return values;
}

/** As a member of a group. */
async function consume(topic: string, count: number): Promise<LogRecord[]> {
  const end = new AbortController();
  const watch = createWatch();
  const records: LogRecord[] = [];
  const consumer = new GroupConsumer(
    readers,
    {
      groupId: `read-committed-${randomUUID()}`,
      topics: [topic],
      sessionTimeoutMs: 6000,
      heartbeatIntervalMs: 500,
      maxBytesPerPartition: 1024 * 1024,
    },
    { clock: systemClock, emit: () => undefined },
  );
  const running = consumer.run(
    {
      assigned: () => undefined,
      rewound: () => undefined,
      records(batch) {
        records.push(...batch.records);
        watch.changed();
      },
    },
    end.signal,
  );
  await Promise.race([watch.until(() => records.length >= count), running]);
  end.abort();
  await running;
  return records;
}

const valuesOf = (records: readonly LogRecord[]): string[] =>
  records.map(({ value }) => String(value));

test("records of an aborted transaction around another one are not read", async () => {
  await writeNested();
  expect(await readAll(nested)).toEqual(["committed"]);
  expect(valuesOf(await consume(nested, 1))).toEqual(["committed"]);
});

test("records of aborted transactions that overlap are not read, wherever reading begins", async () => {
  await writeTogether();
  expect(await readAll(together)).toEqual(["committed"]);
  expect(valuesOf(await consume(together, 1))).toEqual(["committed"]);
  const reader = new PartitionReader(readers, { topic: together, partition: 0 });
  for (let offset = 0; offset < 9; offset += 1) {
    const { batch } = await reader.fetch(offset, 0);
    expect(valuesOf(batch.records)).toEqual(["committed"]);
  }
  await reader.close();
});

test("a topic that holds nothing but aborted records is read to its end, and on", async () => {
  const transaction = await begin(allAborted);
  await transaction.write("aborted");
  await transaction.abort();
  expect(await readAll(allAborted)).toEqual([]);
  const consuming = consume(allAborted, 1);
  await committed(allAborted, "committed");
  expect(valuesOf(await consuming)).toEqual(["committed"]);
});
