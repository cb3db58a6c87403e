import { describe, expect, onTestFinished, test } from "vitest";
import type { KafkaEvent } from "../../src/kafka/kafka-events.ts";
import { withAdmin } from "../../src/kafka/with-admin.ts";
import { running } from "./collected.ts";
import { finishingIntake } from "./finishing-intake.ts";
import { createGroup } from "./group-under-test.ts";
import { kafkaClient, kafkaLog } from "./log-under-test.ts";
import { createStream, inOrder, numbers } from "./stream-under-test.ts";
import { createTable } from "./table-under-test.ts";

const losses = (events: readonly KafkaEvent[]) =>
  events.filter(({ type }) => type.endsWith("records-lost"));

const patience = { timeout: 30_000, interval: 20 };

describe("kafkajs itself, whose offset was deleted", () => {
  test("goes on with the newest records and skips those that are kept, and commits that by itself", async () => {
    const kafka = kafkaClient();
    const log = kafkaLog({ kafka });
    const { topic, groupId, at, write } = await createGroup(log, 1);
    await write(...numbers(10));
    await withAdmin(kafka, (admin) =>
      admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: "2" }] }),
    );
    await log.deleteBefore(at(0), 7);
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
    onTestFinished(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: false });
    const got: string[] = [];
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message }) => void got.push(String(message.value)),
    });
    await expect.poll(() => log.committed(groupId, at(0)), patience).toBeNull();
    await expect
      .poll(async () => {
        await write("99");
        return got.length;
      }, patience)
      .toBeGreaterThan(0);
    expect(got).not.toContain("7");
    expect(got[0]).toBe("99");
  });
});

describe("a member of a group whose records were deleted unread", () => {
  test("says which, before it goes on with the oldest that is kept, and its group knows", async () => {
    const events: KafkaEvent[] = [];
    const log = kafkaLog({ events });
    const { topic, groupId, at, write, member, committed } = await createGroup(log, 1);
    await write(...numbers(10));
    const first = member();
    await first.collected.untilCount(10);
    await first.consumer.commit([{ ...at(0), offset: 2, metadata: "noted" }]);
    await first.stop();
    await log.deleteBefore(at(0), 7);
    const { collected } = member();
    await collected.untilCount(3);
    expect(collected.values).toEqual(["7", "8", "9"]);
    const loss = { topic, partition: 0, from: 2, to: 7, count: 5 };
    expect(losses(events)).toEqual([{ type: "consumer.records-lost", group: groupId, ...loss }]);
    expect(await committed(0)).toBe(7);
    const [answer] = await withAdmin(kafkaClient(), (admin) =>
      admin.fetchOffsets({ groupId, topics: [topic] }),
    );
    expect(answer?.partitions[0]?.metadata).toBe("noted");
    expect(collected.rewinds).toEqual([]);
  });

  test("says so while it runs, too, and loses nothing of another partition", async () => {
    const events: KafkaEvent[] = [];
    const log = kafkaLog({ events });
    const { at, write, member } = await createGroup(log, 2);
    const { collected, consumer } = member();
    await write("0", "1");
    await collected.untilCount(2);
    consumer.pause(at(0));
    await write(...numbers(20).slice(2));
    await collected.untilCount(11);
    await log.deleteBefore(at(0), 8);
    consumer.resume(at(0));
    await collected.untilCount(13);
    expect(collected.values.slice(11)).toEqual(["16", "18"]);
    expect(losses(events)).toMatchObject([{ partition: 0, from: 1, to: 8, count: 7 }]);
  });
});

describe("a processor whose records were deleted unread", () => {
  test("says which, at its start, and does all that are kept, once", async () => {
    const events: KafkaEvent[] = [];
    const { log, topic, groupId, write, start, output, untilCommitted } = await createStream(
      kafkaLog({ events }),
      1,
    );
    await write(5);
    const first = start();
    await untilCommitted();
    await first.stop();
    await write(10);
    await log.deleteBefore({ topic, partition: 0 }, 9);
    start();
    await untilCommitted();
    expect(await output()).toEqual([...numbers(5), ...numbers(15).slice(9)]);
    expect(losses(events)).toMatchObject([{ group: groupId, topic, from: 5, to: 9, count: 4 }]);
  });

  test("says so while a batch is held for a fault, too", async () => {
    const events: KafkaEvent[] = [];
    const stream = await createStream(kafkaLog({ events }), 1);
    await stream.write(10);
    let tries = 0;
    let away = true;
    stream.start(async (batch) => {
      tries += 1;
      if (away) throw new Error("a schema can't be had");
      return stream.echo(batch);
    });
    await expect.poll(() => tries, patience).toBeGreaterThan(1);
    await stream.log.deleteBefore({ topic: stream.topic, partition: 0 }, 4);
    // What a fetch had brought before is tried once more; the next finds them gone.
    await expect.poll(() => losses(events).length, patience).toBe(1);
    away = false;
    await stream.untilCommitted();
    const out = await stream.output();
    expect(out.slice(-6)).toEqual(numbers(10).slice(4));
    expect(new Set(out).size).toBe(out.length);
    expect(losses(events)).toMatchObject([{ from: 0, to: 4, count: 4 }]);
  });
});

describe("a table whose events were deleted unread", () => {
  const keeping = { "cleanup.policy": "compact,delete" };

  test("says which, and goes on with the oldest that is kept", async () => {
    const log = kafkaLog();
    const { topic, create, write, read, untilRead, entries, events } = await createTable(log);
    await create(1, keeping);
    const [held, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await write("k", "0");
    void read(async () => {
      reached.resolve();
      await held.promise;
    });
    await reached.promise;
    for (const value of ["1", "2", "3", "4"]) await write("k", value);
    await log.deleteBefore({ topic, partition: 0 }, 3);
    held.resolve();
    await untilRead(4);
    expect(entries()).toEqual(["k=0", "k=3", "k=4"]);
    const loss = { type: "store.records-lost", table: topic, from: 1, to: 3, count: 2 };
    expect(losses(events)).toEqual([loss]);
  });
});

/** Takes what an Intake hands out, and finishes it at once. */
function createWorker(log: ReturnType<typeof kafkaLog>, groupId: string, topic: string) {
  const consumer = log.consumer(groupId, [topic]);
  const { done, intake } = finishingIntake(consumer);
  const run = running((signal) => consumer.run(intake, signal));
  onTestFinished(() => run.stop());
  return { done, intake, ...run };
}

/** The consumer either finds the new topic at its old position, or has found none and begins anew. */
const remakings = [
  ["at once", () => true],
  [
    "after its consumer has noticed",
    (events: readonly KafkaEvent[]) => events.some(({ type }) => type === "consumer.crashed"),
  ],
] as const;

async function remake(
  log: ReturnType<typeof kafkaLog>,
  topic: string,
  noticed: () => boolean,
): Promise<void> {
  await log.deleteTopic(topic);
  await expect.poll(() => topicIsGone(topic), patience).toBe(true);
  await expect.poll(noticed, patience).toBe(true);
  await log.createTopic(topic, 1);
}

describe("a partition that ends before what was read of it", () => {
  test("is told, and all that is in it is read, as far as the intake behind it is concerned, too", async () => {
    const events: KafkaEvent[] = [];
    const kafka = kafkaClient();
    const log = kafkaLog({ events, kafka });
    const { topic, groupId, write, committed } = await createGroup(log, 1);
    await write(...numbers(5));
    await withAdmin(kafka, (admin) =>
      admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: "100" }] }),
    );
    const { done, intake } = createWorker(log, groupId, topic);
    await done.untilCount(5);
    expect(done.values).toEqual(numbers(5));
    const rewound = { type: "consumer.rewound", group: groupId, topic, partition: 0 };
    expect(events).toContainEqual({ ...rewound, from: 100, to: 0 });
    expect(losses(events)).toEqual([]);
    await intake.commit();
    expect(await committed(0)).toBe(5);
  });

  test.each(remakings)(
    "since its topic was made again %s is read whole by a member that stays",
    async (_, noticed) => {
      const events: KafkaEvent[] = [];
      const log = kafkaLog({ events });
      const { topic, groupId, write, committed } = await createGroup(log, 1);
      await write(...numbers(8));
      const { done, intake } = createWorker(log, groupId, topic);
      await done.untilCount(8);
      await intake.commit();
      await remake(log, topic, () => noticed(events));
      await write("10", "11", "12");
      await done.untilCount(11);
      expect(done.values.slice(8)).toEqual(["10", "11", "12"]);
      await expect
        .poll(async () => {
          await intake.commit();
          return committed(0);
        }, patience)
        .toBe(3);
    },
  );

  test.each(remakings)(
    "since its topic was made again %s is processed whole by a processor that stays",
    async (_, noticed) => {
      const events: KafkaEvent[] = [];
      const stream = await createStream(kafkaLog({ events }), 1);
      await stream.write(8);
      stream.start();
      await stream.untilCommitted();
      await remake(stream.log, stream.topic, () => noticed(events));
      await stream.write(3);
      await expect.poll(() => stream.output(), patience).toHaveLength(11);
      expect(inOrder(await stream.output())).toEqual(numbers(11));
    },
  );
});

async function topicIsGone(topic: string): Promise<boolean> {
  const topics = await withAdmin(kafkaClient(), (admin) => admin.listTopics());
  return !topics.includes(topic);
}
