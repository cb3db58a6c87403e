import { describe, expect, onTestFinished, test } from "vitest";
import { createTopicReader } from "../../src/kafka/topic-reader.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { Collected } from "./collected.ts";
import { kafkaClient, kafkaLog, ownName } from "./log-under-test.ts";

const kafka = kafkaClient();
const log = kafkaLog({ kafka });
const reader = createTopicReader(kafka);

async function createTopic(partitions: number, values: readonly string[] = []): Promise<string> {
  const topic = ownName("read");
  await log.createTopic(topic, partitions);
  await write(topic, values);
  return topic;
}

async function write(topic: string, values: readonly string[]): Promise<void> {
  await using writer = log.writer();
  const records = values.map((value) => ({ topic, key: value, value: Buffer.from(value) }));
  await Promise.all(records.map((record) => writer.write(record)));
}

const words = (count: number): string[] => Array.from({ length: count }, (_, n) => `word ${n}`);

async function valuesOf(topic: string): Promise<string[]> {
  const values: string[] = [];
  await reader.readAll(topic, ({ value }) => void values.push(String(value)));
  return values;
}

describe("reading a topic whole", () => {
  test("gives each record of each partition, once, in the order of each", async () => {
    const topic = await createTopic(5, words(500));
    const records: LogRecord[] = [];
    await reader.readAll(topic, (record) => void records.push(record));
    expect(records.map(({ value }) => String(value)).toSorted()).toEqual(words(500).toSorted());
    for (const own of Map.groupBy(records, ({ partition }) => partition).values()) {
      expect(own.map(({ offset }) => offset)).toEqual(own.keys().toArray());
    }
  });

  test("waits for what is done with a record before it goes on with the next of its partition", async () => {
    const topic = await createTopic(1, words(20));
    let busy = 0;
    let most = 0;
    await reader.readAll(topic, async () => {
      busy += 1;
      most = Math.max(most, busy);
      await new Promise(setImmediate);
      busy -= 1;
    });
    expect(most).toBe(1);
  });

  test("ends with what was there at its begin, though more is written meanwhile", async () => {
    const topic = await createTopic(1, words(3));
    const values: string[] = [];
    await reader.readAll(topic, async ({ value }) => {
      values.push(String(value));
      await write(topic, [`behind ${String(value)}`]);
    });
    expect(values).toEqual(words(3));
  });

  test("of an empty topic ends at once, and begins behind what was deleted", async () => {
    expect(await valuesOf(await createTopic(3))).toEqual([]);
    const topic = await createTopic(1, words(5));
    await log.deleteBefore({ topic, partition: 0 }, 4);
    expect(await valuesOf(topic)).toHaveLength(1);
    await log.deleteBefore({ topic, partition: 0 }, 5);
    expect(await valuesOf(topic)).toEqual([]);
  });

  test("leaves out what is not committed, and is not held up by its markers", async () => {
    const topic = await createTopic(1, ["before"]);
    const producer = kafka.producer({ transactionalId: ownName("tx"), maxInFlightRequests: 1 });
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    for (const word of ["aborted", "committed", "aborted", "open"]) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: word }] });
      if (word === "aborted") await transaction.abort();
      if (word === "committed") await transaction.commit();
    }
    expect(await valuesOf(topic)).toEqual(["before", "committed"]);
  });

  test("is refused where there is no such topic", async () => {
    await expect(valuesOf(ownName("nowhere"))).rejects.toMatchObject({ code: "TOPIC_MISSING" });
  });

  test("is refused with the error of what is done with a record", async () => {
    const topic = await createTopic(2, words(4));
    const reading = reader.readAll(topic, () => {
      throw new RangeError("a mistake");
    });
    await expect(reading).rejects.toThrow("a mistake");
  });
});

describe("following a topic", () => {
  test("gives all that is written after it is ready, of every partition, and nothing before", async () => {
    const topic = await createTopic(3, words(5));
    const stop = new AbortController();
    const collected = new Collected();
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    const take = (record: LogRecord): void =>
      collected.handlers.records({ ...record, records: [record] });
    const following = reader.follow(topic, take, stop.signal, resolve);
    await ready;
    const later = words(60).slice(5);
    await write(topic, later);
    await collected.untilCount(later.length);
    stop.abort();
    await following;
    expect(collected.values.toSorted()).toEqual(later.toSorted());
  });

  test("is refused where there is no such topic", async () => {
    const { signal } = new AbortController();
    const following = reader.follow(
      ownName("nowhere"),
      () => undefined,
      signal,
      () => undefined,
    );
    await expect(following).rejects.toMatchObject({ code: "TOPIC_MISSING" });
  });
});
