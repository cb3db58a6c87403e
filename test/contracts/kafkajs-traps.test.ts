import type { Consumer, ConsumerConfig, EachBatchPayload } from "kafkajs";
import { describe, expect, onTestFinished, test } from "vitest";
import { Collected } from "./collected.ts";
import { createGroup } from "./group-under-test.ts";
import { kafkaClient, kafkaLog, ownName, sessionTimeoutMs } from "./log-under-test.ts";
import { numbers } from "./stream-under-test.ts";

/**
 * What kafkajs does by itself, each with the name of the trap in docs/decisions/0014-kafkajs-traps.md, where the guards and
 * their tests are listed. When one of these fails after an update of kafkajs, a guard may have become needless.
 */

const patience = { timeout: 30_000, interval: 20 };

interface RawMember {
  readonly consumer: Consumer;
  readonly values: string[];
  /** Partitions of each assignment. */
  readonly assignments: number[][];
  readonly crashes: unknown[];
}

/** A consumer of kafkajs as its documentation makes one, without anything of ours around it. */
async function rawMember(
  config: ConsumerConfig,
  topic: string,
  handle: (payload: EachBatchPayload) => Promise<void> = async () => undefined,
): Promise<RawMember> {
  const consumer = kafkaClient().consumer({ maxWaitTimeInMs: 50, ...config });
  onTestFinished(() => consumer.disconnect());
  const [values, assignments, crashes]: [string[], number[][], unknown[]] = [[], [], []];
  consumer.on("consumer.group_join", ({ payload }) => {
    assignments.push([...(payload.memberAssignment[topic] ?? [])]);
  });
  consumer.on("consumer.crash", ({ payload }) => void crashes.push(payload));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async (payload) => {
      await handle(payload);
      values.push(...payload.batch.messages.map(({ value }) => String(value)));
    },
  });
  return { consumer, values, assignments, crashes };
}

test("fetch waits for handlers: while one is at work nothing of any partition is fetched", async () => {
  const log = kafkaLog();
  const { topic, write, member } = await createGroup(log, 2);
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const raw = await rawMember({ groupId: ownName("raw") }, topic, async ({ batch }) => {
    if (batch.partition !== 0) return;
    reached.resolve();
    await released.promise;
  });
  await write("0");
  await reached.promise;
  let fetches = 0;
  raw.consumer.on("consumer.fetch_start", () => void (fetches += 1));
  // Ours, in another group, is handed twenty records of the other partition one after the other meanwhile.
  const { collected } = member();
  for (const value of numbers(40).filter((each) => Number(each) % 2 === 1)) {
    await write(value);
    await collected.until(() => collected.values.includes(value));
  }
  expect([fetches, raw.values]).toEqual([0, []]);
  released.resolve();
  await expect.poll(() => raw.values.length, patience).toBe(21);
});

test("no revoke callback: a commit for a partition that is another member's succeeds", async () => {
  const log = kafkaLog();
  const { topic, at, write } = await createGroup(log, 2);
  await write(...numbers(6));
  const groupId = ownName("raw");
  const first = await rawMember({ groupId }, topic);
  await expect.poll(() => first.values.length, patience).toBe(6);
  const second = await rawMember({ groupId }, topic);
  await expect.poll(() => first.assignments.at(-1)?.length, patience).toBe(1);
  await expect.poll(() => second.assignments.at(-1)?.length, patience).toBe(1);
  const gone = second.assignments.at(-1)?.[0] ?? -1;
  expect(first.assignments.at(-1)).not.toContain(gone);
  await first.consumer.commitOffsets([{ topic, partition: gone, offset: "3" }]);
  expect(await log.committed(groupId, at(gone))).toBe(3);
});

test("pause is forgotten in a crash restart", async () => {
  const { topic, at, write } = await createGroup(kafkaLog(), 2);
  let threw = false;
  const retry = { initialRetryTime: 50, retries: 0, restartOnFailure: async () => true };
  const raw = await rawMember({ groupId: ownName("raw"), retry }, topic, async () => {
    if (threw) return;
    threw = true;
    throw new Error("a fault that is tried again");
  });
  await expect.poll(() => raw.assignments.length, patience).toBe(1);
  raw.consumer.pause([{ topic: at(0).topic, partitions: [0] }]);
  await write("0", "1");
  await expect.poll(() => raw.values.toSorted(), patience).toEqual(["0", "1"]);
  expect(raw.consumer.paused()).toEqual([]);
});

test("pause and resume throw before a consumer runs and after it has stopped", async () => {
  const { topic } = await createGroup(kafkaLog(), 1);
  const consumer = kafkaClient().consumer({ groupId: ownName("raw") });
  const partitions = [{ topic, partitions: [0] }];
  expect(() => consumer.resume(partitions)).toThrow("consumer#run must be called first");
  const raw = await rawMember({ groupId: ownName("raw") }, topic);
  await raw.consumer.stop();
  expect(() => raw.consumer.pause(partitions)).toThrow("consumer#run must be called first");
});

test("a TypeError in a handler ends the consumer for good", async () => {
  const { topic, write } = await createGroup(kafkaLog(), 1);
  const raw = await rawMember({ groupId: ownName("raw") }, topic, async () => {
    throw new TypeError("a mistake in the handler");
  });
  await write("0");
  await expect.poll(() => raw.crashes.length, patience).toBe(1);
  expect(raw.crashes[0]).toMatchObject({ restart: false });
  expect(() => raw.consumer.paused()).not.toThrow();
  expect(() => raw.consumer.pause([{ topic, partitions: [0] }])).toThrow("must be called first");
});

test("heartbeats stop while a handler is at work, and the group gives its partitions away", async () => {
  const { topic, write } = await createGroup(kafkaLog(), 1);
  const groupId = ownName("raw");
  const released = Promise.withResolvers<void>();
  const config = { groupId, sessionTimeout: sessionTimeoutMs, heartbeatInterval: 500 };
  const slow = await rawMember(config, topic, () => released.promise);
  await write("0");
  await expect.poll(() => slow.assignments.length, patience).toBe(1);
  // Joins, waits for the silent one until its session is over, and is then given the partition alone.
  const other = await rawMember(config, topic);
  await expect.poll(() => other.assignments.at(-1), patience).toEqual([0]);
  await expect.poll(() => other.values, patience).toEqual(["0"]);
  released.resolve();
});

test("keys and values are slices of all that came with them", async () => {
  const log = kafkaLog();
  const { topic } = await createGroup(log, 1);
  await using writer = log.writer();
  const values = [Buffer.alloc(300_000, "x"), Buffer.from("small")];
  await Promise.all(values.map((value) => writer.write({ topic, key: "k", value })));
  const sizes: number[] = [];
  await rawMember({ groupId: ownName("raw") }, topic, async ({ batch }) => {
    sizes.push(...batch.messages.map(({ value }) => value?.buffer.byteLength ?? 0));
  });
  await expect.poll(() => sizes.length, patience).toBe(2);
  expect(Math.min(...sizes)).toBeGreaterThan(300_000);
});

describe("how long a fetch waits, and so how late a resumed partition is fetched", () => {
  test("is set far below the 5 s of kafkajs in each of ours", async () => {
    const waits: (number | undefined)[] = [];
    const kafka = kafkaClient();
    const consumer = kafka.consumer.bind(kafka);
    const watched = Object.assign(kafka, {
      consumer: (config: ConsumerConfig) => {
        waits.push(config.maxWaitTimeInMs);
        return consumer(config);
      },
    });
    const log = kafkaLog({ kafka: watched });
    const { topic, member } = await createGroup(log, 1);
    const { collected } = member();
    await collected.until(() => collected.assignments.length === 1);
    const stop = new AbortController();
    const processing = log.processor(ownName("group"), topic).run(async () => {
      throw new Error("Nothing is written");
    }, stop.signal);
    await expect.poll(() => waits.length, patience).toBe(2);
    stop.abort();
    await processing;
    expect(waits).toEqual([50, 250]);
  });
});

describe("a member of ours that is told to pause or resume in the moment of its crash", () => {
  test("does not throw, and keeps to it when it has joined again", async () => {
    const kafka = kafkaClient();
    const consumer = kafka.consumer.bind(kafka);
    const stopped: (() => void)[] = [];
    const watched = Object.assign(kafka, {
      consumer: (config: ConsumerConfig) => {
        const made = consumer(config);
        made.on("consumer.stop", () => stopped.forEach((tell) => tell()));
        return made;
      },
    });
    const { at, write, member } = await createGroup(kafkaLog({ kafka: watched }), 2);
    const collected = new Collected();
    const { records } = collected.handlers;
    const { consumer: ours } = member(collected);
    await collected.until(() => collected.assignments.length === 1);
    const failures: unknown[] = [];
    stopped.push(() => {
      stopped.length = 0;
      try {
        ours.pause(at(0));
      } catch (error) {
        failures.push(error);
      }
    });
    collected.handlers.records = () => {
      collected.handlers.records = records;
      throw new TypeError("a mistake in the handler");
    };
    await write("1", "3", "0");
    await collected.untilCount(2);
    expect(collected.values).toEqual(["1", "3"]);
    expect([failures, stopped]).toEqual([[], []]);
    ours.resume(at(0));
    await collected.untilCount(3);
  });
});
