import { describe, expect, test } from "vitest";
import { logs } from "./log-under-test.ts";
import { createTable } from "./table-under-test.ts";

describe.each(logs)("a table on %s", (_, makeLog) => {
  test("is read to its end, in order, tombstones too, and then followed", async () => {
    const { create, write, read, untilRead, entries, told } = await createTable(makeLog());
    await create();
    await write("a", "1");
    await write("b", "2");
    const last = await write("a", null);
    void read();
    await untilRead(last);
    expect(entries()).toEqual(["a=1", "b=2", "a=null"]);
    expect(told.at(-1)).toEqual({ position: 3, end: 3 });
    await untilRead(await write("c", "3"));
    expect(entries().slice(3)).toEqual(["c=3"]);
  });

  test("that is empty is at its end at once", async () => {
    const { create, read, untilRead, told, collected } = await createTable(makeLog());
    await create();
    void read();
    await untilRead(-1);
    expect([told[0], collected.records]).toEqual([{ position: 0, end: 0 }, []]);
  });

  test("is read whole where it takes many fetches", async () => {
    const { create, write, read, untilRead, entries } = await createTable(makeLog());
    await create();
    const values = Array.from({ length: 300 }, (_, number) => String(number));
    await Promise.all(values.map((value) => write("key", value)));
    void read();
    await untilRead(299);
    expect(entries()).toEqual(values.map((value) => `key=${value}`));
  });

  test("holds each event until it is taken: one that is refused comes again, and none is skipped", async () => {
    const { create, write, read, untilRead, entries, events } = await createTable(makeLog());
    await create();
    for (const value of ["1", "2", "3"]) await write("k", value);
    let refused = 0;
    void read(({ offset }) => {
      if (offset !== 1 || refused === 3) return undefined;
      refused += 1;
      const error = new Error("the registry is away");
      if (refused === 1) throw error;
      return Promise.reject(error);
    });
    await untilRead(2);
    expect(entries()).toEqual(["k=1", "k=2", "k=3"]);
    const failures = events.filter(({ type }) => type === "store.reading-failed");
    expect(failures).toHaveLength(3);
  });

  test("is waited for while its topic is missing, and that is told", async () => {
    const { create, write, read, untilRead, entries, events } = await createTable(makeLog());
    void read();
    await expect.poll(() => events.length).toBeGreaterThan(0);
    await create();
    await untilRead(await write("late", "1"));
    expect(entries()).toEqual(["late=1"]);
    expect(events[0]).toMatchObject({
      type: "store.reading-failed",
      error: { code: "TOPIC_MISSING" },
    });
  });

  test("is refused where its topic has several partitions: there would be no one order", async () => {
    const { create, read } = await createTable(makeLog());
    await create(2);
    await expect(read()).rejects.toMatchObject({
      code: "TABLE_PARTITIONS",
      details: { partitions: 2 },
    });
  });

  test("begins with the oldest event that is kept where older ones were deleted", async () => {
    const log = makeLog();
    const { topic, create, write, read, untilRead, entries } = await createTable(log);
    await create(1, { "cleanup.policy": "delete" });
    for (const value of ["1", "2", "3"]) await write("k", value);
    await log.deleteBefore({ topic, partition: 0 }, 2);
    void read();
    await untilRead(2);
    expect(entries()).toEqual(["k=3"]);
  });

  test("ends with an error where its topic was deleted and made again: what it holds may be gone", async () => {
    const log = makeLog();
    const { topic, create, write, read, untilRead } = await createTable(log);
    await create();
    for (const value of ["1", "2", "3"]) await write("k", value);
    const reading = read();
    await untilRead(2);
    // Caught from now on: the reader may notice before the last step here is done.
    const ended = reading.then(String, (error: unknown) => error);
    await log.deleteTopic(topic);
    await expect.poll(async () => create().then(() => "made", String)).toBe("made");
    expect(await ended).toMatchObject({
      code: "TABLE_REWOUND",
      details: { topic, position: 3, end: 0 },
    });
  });
});
