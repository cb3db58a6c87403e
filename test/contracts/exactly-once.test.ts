import { describe, expect, onTestFinished, test } from "vitest";
import type { Transform } from "../../src/kafka/exactly-once-processor.ts";
import { Collected, running } from "./collected.ts";
import { logs } from "./log-under-test.ts";
import { createStream, inOrder, numbers } from "./stream-under-test.ts";

const patience = { timeout: 30_000, interval: 20 };

describe.each(logs)("a processor on %s", (_, makeLog) => {
  test("turns every record into its output, once, in the order of each partition", async () => {
    const { write, start, output, untilCommitted } = await createStream(makeLog(), 2);
    await write(200);
    start();
    await untilCommitted();
    const read = await output();
    expect(inOrder(read)).toEqual(numbers(200));
    for (const parity of [0, 1]) {
      const own = read.filter((value) => Number(value) % 2 === parity);
      expect(own).toEqual(inOrder(own));
    }
  });

  test("commits a batch that makes nothing, too", async () => {
    const { write, start, output, untilCommitted } = await createStream(makeLog(), 1);
    await write(5);
    start(async (batch) => ({
      consumed: batch.records.length,
      records: [],
      committed: () => undefined,
    }));
    await untilCommitted();
    expect(await output()).toEqual([]);
  });

  test("tries a batch again when its transform rejects, and skips nothing", async () => {
    const { write, start, output, echo, untilCommitted } = await createStream(makeLog(), 1);
    await write(5);
    let tries = 0;
    start(async (batch) => {
      tries += 1;
      if (tries <= 2) throw new Error("the registry is away");
      return echo(batch);
    });
    await untilCommitted();
    expect(await output()).toEqual(numbers(5));
    expect(tries).toBeGreaterThanOrEqual(3);
  });

  test("goes on with the other partitions while what is in one can't be done", async () => {
    const { topic, groupId, log, write, start, echo, output } = await createStream(makeLog(), 2);
    await write(20);
    let away = true;
    start(async (batch) => {
      if (batch.partition === 0 && away) throw new Error("a schema can't be had");
      return echo(batch);
    });
    const committed = (partition: number) => log.committed(groupId, { topic, partition });
    await expect.poll(() => committed(1), patience).toBe(10);
    // More of both comes later: the line has not been stopped behind the batch that fails.
    await write(20);
    await expect.poll(() => committed(1), patience).toBe(20);
    expect(await committed(0)).toBeNull();
    away = false;
    await expect.poll(() => committed(0), patience).toBe(20);
    expect(inOrder(await output())).toEqual(numbers(40));
  });

  test("commits a batch in parts where its transform takes it so", async () => {
    const { write, start, output, echo, untilCommitted } = await createStream(makeLog(), 1);
    await write(10);
    const parts: number[] = [];
    start(async ({ records, ...at }) => {
      const part = records.slice(0, 3);
      const echoed = await echo({ ...at, records: part });
      return { ...echoed, committed: () => void parts.push(part.length) };
    });
    await untilCommitted();
    expect(await output()).toEqual(numbers(10));
    expect(Math.max(...parts)).toBe(3);
  });

  test("says that a batch is committed when it is, and says it once", async () => {
    const { topic, groupId, log, write, start, echo, untilCommitted } = await createStream(
      makeLog(),
      1,
    );
    await write(3);
    const committed: number[] = [];
    start(async (batch) => ({
      ...(await echo(batch)),
      committed: () => void committed.push(...batch.records.map(({ offset }) => offset)),
    }));
    await untilCommitted();
    await expect.poll(() => committed).toEqual([0, 1, 2]);
    expect(await log.committed(groupId, { topic, partition: 0 })).toBe(3);
  });

  test("goes on where the one before it has ended, and repeats nothing", async () => {
    const { write, start, output, untilCommitted } = await createStream(makeLog(), 2);
    await write(50);
    const first = start();
    await untilCommitted();
    await first.stop();
    await write(50);
    start();
    await untilCommitted();
    expect(inOrder(await output())).toEqual(numbers(100));
  });

  test("loses and doubles nothing while others come, share its partitions, and go", async () => {
    const { writeUntil, start, output, untilCommitted } = await createStream(makeLog(), 4);
    const first = start();
    await writeUntil(() => first.count > 0);
    const second = start();
    await writeUntil(() => second.count > 0);
    await first.stop();
    const third = start();
    await writeUntil(() => third.count > 0);
    await second.stop();
    const { count } = third;
    const written = await writeUntil(() => third.count > count);
    await untilCommitted();
    expect(inOrder(await output())).toEqual(numbers(written));
  });

  test("waits while the topic of its output is missing, and goes on when that is there", async () => {
    const { log, write, start, echo, untilCommitted } = await createStream(makeLog(), 1);
    const late = `late-${crypto.randomUUID()}`;
    await write(3);
    const tried = Promise.withResolvers<void>();
    let tries = 0;
    start(async (batch) => {
      tries += 1;
      if (tries > 1) tried.resolve();
      const { records, ...rest } = await echo(batch);
      return { ...rest, records: records.map((record) => Object.assign(record, { topic: late })) };
    });
    await tried.promise;
    await log.createTopic(late, 1);
    await untilCommitted();
    expect((await log.read(late)).map(({ value }) => String(value))).toEqual(numbers(3));
  });

  test("ends without waiting for a batch that can't be done", async () => {
    const { write, start, output } = await createStream(makeLog(), 1);
    await write(3);
    const tried = Promise.withResolvers<void>();
    const never: Transform = async () => {
      tried.resolve();
      throw new Error("never");
    };
    const run = start(never);
    await tried.promise;
    await run.stop();
    expect(await output()).toEqual([]);
  });
});

describe.each(logs)("who reads the output of a processor on %s", (_, makeLog) => {
  test("sees it as a member of a group, too: all of it, once", async () => {
    const { log, write, start, outputTopic, untilCommitted } = await createStream(makeLog(), 2);
    start();
    await write(100);
    await untilCommitted();
    const collected = new Collected();
    const consumer = log.consumer(`reads-${outputTopic}`, [outputTopic]);
    const run = running((signal) => consumer.run(collected.handlers, signal));
    onTestFinished(() => run.stop());
    await collected.untilCount(100);
    expect(inOrder(collected.values)).toEqual(numbers(100));
  });
});
