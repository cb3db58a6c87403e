import { describe, expect, it } from "vitest";
import { Slots } from "../../src/delivery/slots.ts";
import { settle } from "../support/fake-clock.ts";

/** Slots, and work that says when it begins and ends when it is told to. */
function setUp(size: number) {
  const begun: number[] = [];
  const counts: number[] = [];
  const ends: (() => void)[] = [];
  const slots = new Slots(size, (count) => void counts.push(count));
  const add = (number: number): void =>
    slots.add(async () => {
      begun.push(number);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends[number] = resolve;
      await promise;
    });
  const end = async (number: number): Promise<void> => {
    ends[number]?.();
    await settle();
  };
  return { slots, begun, counts, add, end };
}

describe("slots", () => {
  it("begin no more work than there are of them, the rest in the order it came", async () => {
    const { begun, counts, add, end } = setUp(2);
    for (let number = 0; number < 5; number += 1) add(number);
    expect(begun).toEqual([0, 1]);
    await end(1);
    expect(begun).toEqual([0, 1, 2]);
    await end(0);
    await end(2);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(Math.max(...counts)).toBe(2);
    await end(3);
    await end(4);
    expect(counts.at(-1)).toBe(0);
  });

  it("keep the order over a long queue", async () => {
    const begun: number[] = [];
    const slots = new Slots(3, () => undefined);
    for (let number = 0; number < 1000; number += 1) {
      slots.add(async () => void begun.push(number));
    }
    await slots.idle();
    expect(begun).toEqual(Array.from({ length: 1000 }, (_, number) => number));
  });

  it("are idle when nothing is under way", async () => {
    const { slots, add, end } = setUp(1);
    await slots.idle();
    add(0);
    let idle = false;
    const waiting = slots.idle().then(() => (idle = true));
    await settle();
    expect(idle).toBe(false);
    await end(0);
    await waiting;
    expect(idle).toBe(true);
  });

  it("drop what waits when they are closed, begin nothing more, and see what is under way to its end", async () => {
    const { slots, begun, counts, add, end } = setUp(1);
    add(0);
    add(1);
    slots.close();
    add(2);
    const idle = slots.idle();
    await end(0);
    await idle;
    expect(begun).toEqual([0]);
    expect(counts.at(-1)).toBe(0);
  });

  it("go to others while work stands aside, which then takes its turn behind them", async () => {
    const { slots, begun, counts, add, end } = setUp(1);
    const waited = Promise.withResolvers<void>();
    slots.add(async (slot) => {
      await slot.aside(() => waited.promise);
      begun.push(100);
    });
    add(0);
    expect(begun).toEqual([0]);
    waited.resolve();
    await settle();
    expect(begun).toEqual([0]);
    await end(0);
    expect(begun).toEqual([0, 100]);
    expect([Math.max(...counts), counts.at(-1)]).toEqual([1, 0]);
  });

  it("are idle though work stands aside, which never comes back once they are closed", async () => {
    const slots = new Slots(1, () => undefined);
    const waited = Promise.withResolvers<void>();
    let back = false;
    slots.add(async (slot) => {
      await slot.aside(() => waited.promise);
      back = true;
    });
    await slots.idle();
    slots.close();
    waited.resolve();
    await settle();
    expect(back).toBe(false);
  });
});
