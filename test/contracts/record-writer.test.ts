import { KafkaJSNumberOfRetriesExceeded } from "kafkajs";
import type { Kafka, Producer } from "kafkajs";
import { describe, expect, test } from "vitest";
import type { KafkaEvent } from "../../src/kafka/kafka-events.ts";
import type { OutgoingRecord } from "../../src/log/log-record.ts";
import type { RecordWriter } from "../../src/kafka/record-writer.ts";
import { kafkaClient, kafkaLog, logs, ownName } from "./log-under-test.ts";

const bytes = (text: string): Buffer => Buffer.from(text);

describe.each(logs)("a writer on %s", (_, makeLog) => {
  test("tells where each record stands, with its key, value and headers as they were", async () => {
    const log = makeLog();
    const topic = ownName("writer");
    await log.createTopic(topic, 3);
    await using writer = log.writer();
    const records: OutgoingRecord[] = [
      { topic, key: "a", value: bytes("1"), headers: { text: "x", bytes: Buffer.of(0, 255) } },
      { topic, key: Buffer.of(0, 1, 255), value: bytes("2") },
      { topic, key: "tombstone", value: null },
      { topic, key: null, value: bytes("without a key") },
      { topic, key: "empty", value: Buffer.alloc(0) },
    ];
    const places = await Promise.all(records.map((record) => writer.write(record)));
    const read = await log.read(topic);
    expect(read).toHaveLength(records.length);
    for (const [index, { key, value, headers = {} }] of records.entries()) {
      const { partition, offset } = places[index] ?? {};
      const found = read.find((each) => each.partition === partition && each.offset === offset);
      expect(found).toMatchObject({
        topic,
        key: key === null ? null : Buffer.from(key),
        value,
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]),
        ),
      });
    }
  });

  test("keeps the order of what is written to a key, and a key in one partition", async () => {
    const log = makeLog();
    const topic = ownName("writer");
    await log.createTopic(topic, 4);
    await using writer = log.writer();
    const numbers = Array.from({ length: 2000 }, (_, number) => number);
    await Promise.all(
      numbers.map((number) =>
        writer.write({ topic, key: `k${number % 7}`, value: bytes(String(number)) }),
      ),
    );
    const read = await log.read(topic);
    const byKey = Map.groupBy(read, ({ key }) => String(key));
    expect(byKey.size).toBe(7);
    for (const records of byKey.values()) {
      expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
      const written = records.map(({ value }) => Number(value));
      expect(written).toEqual(written.toSorted((a, b) => a - b));
    }
    expect(read).toHaveLength(2000);
  });

  test("waits while its topic is missing, and goes on in its order once that is there", async () => {
    const log = makeLog();
    const topic = ownName("writer");
    await using writer = log.writer();
    const values = Array.from({ length: 20 }, (_, number) => String(number));
    const writing = values.map((value) => writer.write({ topic, key: "k", value: bytes(value) }));
    await log.createTopic(topic, 1);
    const places = await Promise.all(writing);
    expect(places.map(({ offset }) => offset)).toEqual(values.map(Number));
    expect((await log.read(topic)).map(({ value }) => String(value))).toEqual(values);
  });

  test("is prepared once all its topics are there, or gives that up when it is closed", async () => {
    const log = makeLog();
    const [first, second] = [ownName("writer"), ownName("writer")];
    await log.createTopic(first, 1);
    await using writer = log.writer();
    let isPrepared = false;
    const preparing = writer.prepare([first, second]).then(() => (isPrepared = true));
    await writer.write({ topic: first, key: "k", value: null });
    expect(isPrepared).toBe(false);
    await log.createTopic(second, 1);
    await preparing;
    const other = log.writer();
    const waiting = Promise.allSettled([other.prepare([first, ownName("never-there")])]);
    await other[Symbol.asyncDispose]();
    const [outcome] = await waiting;
    expect(outcome).toMatchObject({ reason: { code: "WRITER_CLOSED", retryable: true } });
  });

  test("that is closed gives up what waits, and takes nothing more", async () => {
    const log = makeLog();
    const topic = ownName("never-there");
    const writer = log.writer();
    const waiting = writer.write({ topic, key: "k", value: null });
    const settled = Promise.allSettled([waiting]);
    await writer[Symbol.asyncDispose]();
    const late = Promise.allSettled([writer.write({ topic, key: "k", value: null })]);
    for (const [outcome] of [await settled, await late]) {
      expect(outcome).toMatchObject({ reason: { code: "WRITER_CLOSED", retryable: true } });
    }
  });
});

/** A client whose producers send as `send` does. */
function clientThat(send: (producer: Producer) => Producer["send"]): Kafka {
  const kafka = kafkaClient();
  const producer = kafka.producer.bind(kafka);
  return Object.assign(kafka, {
    producer: (options: Parameters<Kafka["producer"]>[0]) => {
      const made = producer(options);
      return { ...made, send: send(made) };
    },
  });
}

async function writeMany(writer: RecordWriter, topic: string, count: number): Promise<void> {
  const value = Buffer.alloc(10_000, "x");
  const writes = Array.from({ length: count }, () => writer.write({ topic, key: "k", value }));
  await Promise.all(writes);
}

describe("the writer of Kafka", () => {
  test("makes batches by itself of what comes while a send is under way, none too large", async () => {
    const sends: number[] = [];
    const kafka = clientThat((producer) => async (record) => {
      sends.push(record.messages.length);
      return producer.send(record);
    });
    const log = kafkaLog({ kafka });
    const topic = ownName("writer");
    await log.createTopic(topic, 1);
    await using writer = log.writer();
    await writeMany(writer, topic, 600);
    expect(await log.read(topic)).toHaveLength(600);
    expect(sends.length).toBeLessThan(20);
    expect(Math.max(...sends)).toBeLessThan(60);
  });

  test("writes again what the broker did not confirm, and tells of it: it may then stand twice", async () => {
    let answers = 0;
    const kafka = clientThat((producer) => async (record) => {
      const answer = await producer.send(record);
      answers += 1;
      if (answers === 1) throw new Error("the answer was lost");
      return answers === 2 ? [] : answer;
    });
    const events: KafkaEvent[] = [];
    const log = kafkaLog({ kafka, events });
    const topic = ownName("writer");
    await log.createTopic(topic, 1);
    await using writer = log.writer();
    const place = await writer.write({ topic, key: "k", value: bytes("v") });
    expect(place).toEqual({ topic, partition: 0, offset: 2 });
    const read = await log.read(topic);
    expect(read.map(({ value }) => String(value))).toEqual(["v", "v", "v"]);
    expect(events).toMatchObject([
      { type: "producer.retrying", topic, attempt: 1 },
      { type: "producer.retrying", topic, attempt: 2, error: { code: "WRITE_UNCONFIRMED" } },
    ]);
  });

  test("tells while a topic is missing, once for each try", async () => {
    const events: KafkaEvent[] = [];
    const log = kafkaLog({ events });
    const topic = ownName("writer");
    await using writer = log.writer();
    const writing = writer.write({ topic, key: "k", value: null });
    await expect.poll(() => events.length).toBeGreaterThan(1);
    await log.createTopic(topic, 1);
    await writing;
    expect(events[0]).toMatchObject({ type: "producer.retrying", topic, attempt: 1 });
  });

  test("once it is prepared, asks nothing and connects nothing before it writes", async () => {
    const made: string[] = [];
    const kafka = kafkaClient();
    const [admin, producer] = [kafka.admin.bind(kafka), kafka.producer.bind(kafka)];
    const counting = Object.assign(kafka, {
      admin: () => {
        made.push("admin");
        return admin();
      },
      producer: (options: Parameters<Kafka["producer"]>[0]) => {
        made.push("producer");
        return producer(options);
      },
    });
    const log = kafkaLog({ kafka: counting });
    const topics = [ownName("writer"), ownName("writer")];
    for (const topic of topics) await log.createTopic(topic, 1);
    await using writer = log.writer();
    await writer.prepare(topics);
    expect(new Set(made)).toEqual(new Set(["admin", "producer"]));
    made.length = 0;
    for (const topic of topics) await writer.write({ topic, key: "k", value: null });
    expect(made).toEqual([]);
  });

  test("takes another producer at once where one could not connect", async () => {
    const kafka = kafkaClient();
    const producer = kafka.producer.bind(kafka);
    let made = 0;
    const failing = Object.assign(kafka, {
      producer: (options: Parameters<Kafka["producer"]>[0]) => {
        made += 1;
        const own = producer(options);
        const error = new KafkaJSNumberOfRetriesExceeded("no broker", {
          retryCount: 5,
          retryTime: 1000,
        });
        return made === 1 ? { ...own, connect: () => Promise.reject(error) } : own;
      },
    });
    const events: KafkaEvent[] = [];
    const log = kafkaLog({ kafka: failing, events });
    const topic = ownName("writer");
    await log.createTopic(topic, 1);
    await using writer = log.writer();
    await writer.write({ topic, key: "k", value: null });
    expect(made).toBe(2);
    expect(events.filter(({ type }) => type === "producer.retrying")).toHaveLength(1);
  });

  test("rejects the one record that a topic never takes, and writes all others by the same producer", async () => {
    let producers = 0;
    const kafka = kafkaClient();
    const producer = kafka.producer.bind(kafka);
    const counting = Object.assign(kafka, {
      producer: (options: Parameters<Kafka["producer"]>[0]) => {
        producers += 1;
        return producer(options);
      },
    });
    const events: KafkaEvent[] = [];
    const log = kafkaLog({ kafka: counting, events });
    const topic = ownName("writer");
    await log.createTopic(topic, 1, { "max.message.bytes": "100000" });
    await using writer = log.writer();
    await writer.write({ topic, key: "k", value: bytes("first") });
    const values = Array.from({ length: 10 }, (_, number) =>
      number === 6 ? Buffer.alloc(200_000) : bytes(String(number)),
    );
    const written = await Promise.allSettled(
      values.map((value) => writer.write({ topic, key: "k", value })),
    );
    const refused = written.filter(({ status }) => status === "rejected");
    expect(refused).toMatchObject([{ reason: { code: "RECORD_TOO_LARGE", retryable: false } }]);
    expect(written[6]).toBe(refused[0]);
    await writer.write({ topic, key: "k", value: bytes("last") });
    const read = (await log.read(topic)).map(({ value }) => String(value));
    expect(read).toEqual(["first", "0", "1", "2", "3", "4", "5", "7", "8", "9", "last"]);
    expect([producers, events]).toEqual([1, []]);
  });

  test("spreads keys as the Java clients do, by murmur2", async () => {
    const log = kafkaLog();
    const topic = ownName("writer");
    await log.createTopic(topic, 5);
    await using writer = log.writer();
    // The hashes are those of Kafka's own test of Utils.murmur2.
    const hashes = {
      "21": -973_932_308,
      foobar: -790_332_482,
      "a-little-bit-long-string": -985_981_536,
      "a-little-bit-longer-string": -1_486_304_829,
      lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58_897_971,
      abc: 479_470_107,
    };
    for (const [key, hash] of Object.entries(hashes)) {
      const { partition } = await writer.write({ topic, key, value: null });
      expect([key, partition]).toEqual([key, (hash & 0x7f_ff_ff_ff) % 5]);
    }
  });
});
