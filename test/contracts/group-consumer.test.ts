import { describe, expect, test } from "vitest";
import { Collected } from "./collected.ts";
import { createGroup } from "./group-under-test.ts";
import { logs } from "./log-under-test.ts";

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

/** The partitions of a collector's last assignment. */
const assigned = ({ assignments }: Collected): number[] | undefined =>
  assignments
    .at(-1)
    ?.map(({ partition }) => partition)
    .toSorted();

describe.each(logs)("a member of a group on %s", (_, makeLog) => {
  test("is told its partitions first, and handed all their records, in the order of each", async () => {
    const { at, write, member } = await createGroup(makeLog(), 2);
    await write(...numbers(0, 20));
    const { collected } = member();
    collected.handlers.records = ((records) => (batch) => {
      expect(collected.assignments).toHaveLength(1);
      records(batch);
    })(collected.handlers.records);
    await collected.untilCount(20);
    await write("20", "21");
    await collected.untilCount(22);
    expect(collected.assignments).toEqual([[at(0), at(1)]]);
    for (const partition of [0, 1]) {
      const own = collected.records.filter((record) => record.partition === partition);
      expect(own.map(({ value }) => Number(value))).toEqual(
        numbers(0, 22)
          .map(Number)
          .filter((number) => number % 2 === partition),
      );
    }
  });

  test("goes on where its group has committed, and from the begin where it has not", async () => {
    const { at, write, member, committed } = await createGroup(makeLog(), 2);
    await write(...numbers(0, 10));
    const first = member();
    await first.collected.untilCount(10);
    expect(await committed(0)).toBeNull();
    await first.consumer.commit([{ ...at(0), offset: 3 }]);
    expect(await committed(0)).toBe(3);
    await first.stop();
    const { collected } = member();
    await collected.untilCount(7);
    expect(collected.values.toSorted()).toEqual(["1", "3", "5", "6", "7", "8", "9"]);
  });

  test("is handed again what was not committed when the group changes, even of a partition that stays", async () => {
    const { write, member } = await createGroup(makeLog(), 2);
    await write(...numbers(0, 6));
    const first = member();
    await first.collected.untilCount(6);
    const second = member();
    await second.collected.untilCount(3);
    await first.collected.untilCount(9);
    const [stayed] = assigned(first.collected) ?? [];
    expect(assigned(second.collected)).not.toContain(stayed);
    const again = first.collected.records.slice(6);
    expect(again.map(({ partition }) => partition)).toEqual([stayed, stayed, stayed]);
    expect(again.map(({ offset }) => offset)).toEqual([0, 1, 2]);
  });

  test("commits only what is its own: an offset of a partition that is gone is left out", async () => {
    const { at, write, member, committed } = await createGroup(makeLog(), 2);
    await write(...numbers(0, 6));
    const first = member();
    await first.collected.untilCount(6);
    const second = member();
    await second.collected.untilCount(3);
    await first.collected.untilCount(9);
    const [own = 0] = assigned(first.collected) ?? [];
    const gone = 1 - own;
    await first.consumer.commit([
      { ...at(0), offset: 2 },
      { ...at(1), offset: 2 },
    ]);
    expect([await committed(own), await committed(gone)]).toEqual([2, null]);
    await second.consumer.commit([{ ...at(gone), offset: 1 }]);
    expect(await committed(gone)).toBe(1);
  });

  test("gets no records of a paused partition until it is resumed, and then all, while others go on", async () => {
    const { at, write, member } = await createGroup(makeLog(), 2);
    const { collected, consumer } = member();
    await collected.until(() => collected.assignments.length === 1);
    await write("0", "1");
    await collected.untilCount(2);
    consumer.pause(at(0));
    await write("2", "4");
    await write("3", "5", "7");
    await collected.untilCount(5);
    expect(collected.values.slice(2)).toEqual(["3", "5", "7"]);
    consumer.resume(at(0));
    await collected.untilCount(7);
    expect(collected.values.slice(5)).toEqual(["2", "4"]);
  });

  test("can pause a partition from within, and is handed nothing twice for it", async () => {
    const { at, write, member } = await createGroup(makeLog(), 1);
    const collected = new Collected();
    const { consumer } = member(collected);
    const { records } = collected.handlers;
    collected.handlers.records = (batch) => {
      consumer.pause(at(0));
      records(batch);
    };
    await write("0");
    await collected.untilCount(1);
    await write(...numbers(1, 30));
    consumer.resume(at(0));
    await collected.until(() => collected.values.includes("29") || collected.records.length > 1);
    while (collected.records.length < 30) {
      const { length } = collected.records;
      consumer.resume(at(0));
      await collected.untilCount(length + 1);
    }
    expect(collected.values).toEqual(numbers(0, 30));
  });

  test("keeps a partition paused through a change of the group while it keeps the partition", async () => {
    const { at, write, member } = await createGroup(makeLog(), 2);
    await write(...numbers(0, 4));
    const first = member();
    await first.collected.untilCount(4);
    for (const partition of [0, 1]) first.consumer.pause(at(partition));
    const second = member();
    await second.collected.untilCount(2);
    await first.collected.until(() => assigned(first.collected)?.length === 1);
    const [own = 0] = assigned(first.collected) ?? [];
    await second.stop();
    await first.collected.until(() => assigned(first.collected)?.length === 2);
    await first.collected.untilCount(6);
    expect(first.collected.records.slice(4).map(({ partition }) => partition)).toEqual([
      1 - own,
      1 - own,
    ]);
    first.consumer.resume(at(own));
    await first.collected.untilCount(8);
    expect(first.collected.records.slice(6).map(({ offset }) => offset)).toEqual([0, 1]);
  });

  test("is handed a batch again when it threw, after a new assignment", async () => {
    const { write, member } = await createGroup(makeLog(), 1);
    const collected = new Collected();
    const { records } = collected.handlers;
    let threw = 0;
    collected.handlers.records = (batch) => {
      threw += 1;
      if (threw <= 2) throw new TypeError("a mistake in the handler");
      records(batch);
    };
    member(collected);
    await write("0", "1");
    await collected.untilCount(2);
    expect(collected.values).toEqual(["0", "1"]);
    expect(collected.assignments).toHaveLength(3);
  });

  test("is told where its group stands when others may have been in its place, and only then", async () => {
    const { at, write, member } = await createGroup(makeLog(), 2);
    const collected = new Collected();
    const { consumer } = member(collected);
    await write(...numbers(0, 6));
    await collected.untilCount(6);
    await consumer.commit([{ ...at(0), offset: 2, metadata: "noted" }]);
    const { records } = collected.handlers;
    collected.handlers.records = () => {
      collected.handlers.records = records;
      throw new TypeError("a mistake in the handler");
    };
    await write("6");
    await collected.until(() => collected.assignments.length === 2);
    const [first, second] = collected.standings;
    expect(first).toBeUndefined();
    expect([...(second?.values() ?? [])]).toEqual([{ ...at(0), offset: 2, metadata: "noted" }]);
    const other = member();
    await collected.until(() => collected.assignments.length === 3);
    await other.stop();
    await collected.until(() => collected.assignments.length === 4);
    expect(collected.standings.slice(2)).toEqual([undefined, undefined]);
  });

  test("keeps a partition paused when it is thrown out by a mistake in the handler", async () => {
    const { at, write, member } = await createGroup(makeLog(), 2);
    const collected = new Collected();
    const { records } = collected.handlers;
    const { consumer } = member(collected);
    await collected.until(() => collected.assignments.length === 1);
    consumer.pause(at(0));
    collected.handlers.records = () => {
      collected.handlers.records = records;
      throw new TypeError("a mistake in the handler");
    };
    await write("0", "1", "3");
    await collected.untilCount(2);
    expect(collected.values).toEqual(["1", "3"]);
    consumer.resume(at(0));
    await collected.untilCount(3);
    expect(collected.values).toEqual(["1", "3", "0"]);
  });

  test("goes on with the oldest record that is kept where its own were deleted", async () => {
    const log = makeLog();
    const { at, write, member, committed } = await createGroup(log, 1);
    await write(...numbers(0, 10));
    const first = member();
    await first.collected.untilCount(10);
    await first.consumer.commit([{ ...at(0), offset: 2 }]);
    await first.stop();
    await log.deleteBefore(at(0), 7);
    const second = member();
    await second.collected.untilCount(3);
    expect(second.collected.values).toEqual(["7", "8", "9"]);
    expect((await committed(0)) ?? 0).toBeLessThanOrEqual(7);
  });

  test("has no say in a group that it is not at work in", async () => {
    const { at, write, member, committed } = await createGroup(makeLog(), 1);
    await write("0");
    const { consumer, collected, ...run } = member();
    await collected.untilCount(1);
    await run.stop();
    await Promise.allSettled([consumer.commit([{ ...at(0), offset: 1 }])]);
    consumer.pause(at(0));
    consumer.resume(at(0));
    expect(await committed(0)).toBeNull();
  });
});
