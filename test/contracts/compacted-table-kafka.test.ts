import kafkajs from "kafkajs";
import type { Kafka, Producer } from "kafkajs";
import { describe, expect, onTestFinished, test } from "vitest";
import { PartitionReader } from "../../src/kafka/partition-reader.ts";
import { withAdmin } from "../../src/kafka/with-admin.ts";
import { kafkaClient, kafkaLog, ownName } from "./log-under-test.ts";
import { createTable } from "./table-under-test.ts";

async function transactional(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({ transactionalId: ownName("tx"), maxInFlightRequests: 1 });
  await producer.connect();
  onTestFinished(() => producer.disconnect());
  return producer;
}

describe("a table on a topic with transactions", () => {
  test("has the events of one that is committed, and none of one that is aborted", async () => {
    const kafka = kafkaClient();
    const { topic, create, write, read, untilRead, entries } = await createTable(
      kafkaLog({ kafka }),
    );
    await create();
    const producer = await transactional(kafka);
    for (const word of ["aborted", "committed", "aborted again"]) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ key: "k", value: word }] });
      await (word.startsWith("aborted") ? transaction.abort() : transaction.commit());
    }
    void read();
    await untilRead(await write("k", "last"));
    expect(entries()).toEqual(["k=committed", "k=last"]);
  });

  test("is at its end before one that is open, and has its events once that is committed", async () => {
    const kafka = kafkaClient();
    const { topic, create, write, read, untilRead, entries, told, collected } = await createTable(
      kafkaLog({ kafka }),
    );
    await create();
    await write("k", "before");
    const producer = await transactional(kafka);
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: "k", value: "open" }] });
    await write("k", "behind");
    void read();
    await untilRead(0);
    expect(told.at(-1)).toEqual({ position: 1, end: 1 });
    // Another look at the end, after the whole wait of a fetch, still sees nothing of it.
    const looks = told.length;
    await collected.until(() => told.length > looks);
    expect(entries()).toEqual(["k=before"]);
    await transaction.commit();
    await untilRead(2);
    expect(entries()).toEqual(["k=before", "k=open", "k=behind"]);
  });

  test("is at its end where the last thing in it is a marker", async () => {
    const kafka = kafkaClient();
    const { topic, create, read, untilRead, told } = await createTable(kafkaLog({ kafka }));
    await create();
    const transaction = await (await transactional(kafka)).transaction();
    await transaction.send({ topic, messages: [{ key: "k", value: "v" }] });
    await transaction.abort();
    void read();
    await untilRead(1);
    expect(told.at(-1)).toEqual({ position: 2, end: 2 });
  });
});

/**
 * Each batch closes a segment. Segments that are together larger than this size stay apart when they are cleaned; one
 * that is cleaned a second time would be joined with the next, so that too little is written afterwards to have it so.
 */
const ownSegments = {
  "segment.ms": "1",
  "segment.bytes": String(1024 * 1024),
  "min.cleanable.dirty.ratio": "0.5",
};

/** Lets the log cleaner at what is written already, all at once, as soon as it looks: the sandbox's does every second. */
async function clean(kafka: Kafka, topic: string): Promise<void> {
  const settings = { ...ownSegments, "cleanup.policy": "compact" };
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }];
  const change = { resources, validateOnly: false };
  await withAdmin(kafka, async (admin) => void (await admin.alterConfigs(change)));
}

describe("a table whose topic the log cleaner has emptied in parts", () => {
  test("is read over them, to its end", async () => {
    const kafka = kafkaClient();
    const log = kafkaLog({ kafka });
    const { topic, create, write, read, untilRead, entries } = await createTable(log);
    await create(1, { ...ownSegments, "cleanup.policy": "delete" });
    const keys = Array.from({ length: 10 }, (_, number) => `k${number}`);
    // The cleaner keeps the last batch of an idempotent producer, without its records: here a segment by itself.
    for (const value of ["a", "b"]) {
      await using writer = log.writer();
      await write("large", value.repeat(400_000), writer);
      await Promise.all(keys.map((key) => write(key, value.repeat(40_000), writer)));
    }
    await write("tick", "a record behind closes the segment");
    await clean(kafka, topic);
    const firstKept = async (): Promise<number> => (await log.read(topic))[0]?.offset ?? -1;
    const patience = { timeout: 60_000, interval: 300 };
    await expect.poll(firstKept, patience).toBeGreaterThan(keys.length);
    const reader = new PartitionReader(kafka, { topic, partition: 0 });
    onTestFinished(() => reader.close());
    expect(await reader.fetch(5, 0)).toMatchObject({ batch: { records: [] }, next: 6 });
    void read();
    await untilRead(await write("last", "1"));
    const kept = new Map(entries().map((entry) => entry.split("=") as [string, string]));
    expect([...kept.keys()].toSorted()).toEqual(["large", "last", "tick", ...keys].toSorted());
    for (const key of keys) expect(kept.get(key)).toMatch(/^b+$/);
  });
});
