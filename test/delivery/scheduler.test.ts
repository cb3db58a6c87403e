import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pace } from "../../src/delivery/pace.ts";
import { settle } from "../support/fake-clock.ts";
import { answered, many, setUp } from "./scheduler-under-test.ts";

describe("what goes next", () => {
  it("goes no further than the slots there are, and in the order it came", async () => {
    const { begun, counts, offer, end } = setUp({ maxInFlight: 2 });
    for (const name of many("t.e", 5)) offer(name);
    expect(begun).toEqual(["t.e.0", "t.e.1"]);
    await end("t.e.1");
    expect(begun).toEqual(["t.e.0", "t.e.1", "t.e.2"]);
    await end("t.e.0");
    await end("t.e.2");
    expect(begun).toEqual(many("t.e", 5));
    expect(Math.max(...counts)).toBe(2);
    await end("t.e.3");
    await end("t.e.4");
    expect(counts.at(-1)).toBe(0);
  });

  it("is each tenant's in turn, however much one of them has waiting, and within a tenant each endpoint's", async () => {
    const { begun, offer, end } = setUp({ maxInFlight: 1 });
    for (const name of [...many("large.e", 4), ...many("large.f", 2), "small.e.0", "other.e.0"])
      offer(name);
    while (begun.length < 8) await end(begun.at(-1) ?? "");
    expect(begun).toEqual([
      "large.e.0",
      "large.e.1",
      "small.e.0",
      "other.e.0",
      "large.f.0",
      "large.e.2",
      "large.f.1",
      "large.e.3",
    ]);
  });

  it("is a first attempt before a retry, while both wait", async () => {
    const { begun, offer, end } = setUp({ maxInFlight: 1 });
    offer("a.e.0");
    for (const name of many("b.e", 2)) offer(name, { retry: true });
    for (const name of many("c.e", 2)) offer(name);
    while (begun.length < 5) await end(begun.at(-1) ?? "");
    expect(begun).toEqual(["a.e.0", "c.e.0", "c.e.1", "b.e.0", "b.e.1"]);
  });

  it("leaves an eighth of the slots to retries, so that no backlog starves them", () => {
    const { begun, offer } = setUp();
    for (let tenant = 0; tenant < 20; tenant += 1) offer(`t${tenant}.e.0`);
    offer("r.e.0", { retry: true });
    expect(begun).toHaveLength(8);
    expect(begun).toContain("r.e.0");
  });

  it("leaves half of the slots to first attempts, so that no retries that hang hold them up", () => {
    const { begun, offer } = setUp();
    for (let tenant = 0; tenant < 20; tenant += 1) offer(`t${tenant}.e.0`, { retry: true });
    expect(begun).toHaveLength(4);
    for (let tenant = 0; tenant < 4; tenant += 1) offer(`n${tenant}.e.0`);
    expect(begun.slice(4)).toEqual(["n0.e.0", "n1.e.0", "n2.e.0", "n3.e.0"]);
  });
});

describe("jobs that stand aside as soon as they are begun", () => {
  it("may be thousands: each begins when the one before has gone, not inside of it", async () => {
    const { scheduler, counts, offer, end } = setUp({ maxInFlight: 1 });
    const { promise: known, resolve } = Promise.withResolvers<void>();
    let done = 0;
    offer("a.e.0");
    for (const name of many("t.e", 20_000))
      offer(name, {
        work: async (slot) => {
          await slot.aside(() => known);
          slot.ended(answered);
          done += 1;
        },
      });
    await end("a.e.0");
    resolve();
    await scheduler.idle();
    await expect.poll(() => done).toBe(20_000);
    expect(counts.at(-1)).toBe(0);
    expect(Math.min(...counts.slice(-1000))).toBeGreaterThanOrEqual(0);
  });
});

describe("an endpoint that hangs", () => {
  it("takes no more slots than it began with, and once as many wait and it is silent, further jobs make a detour", async () => {
    const { clock, begun, detoured, offer } = setUp({ maxInFlight: 100 });
    for (const name of many("hung.e", 8)) offer(name);
    await clock.advance(2000);
    offer("hung.e.8");
    offer("fine.e.0");
    expect(begun).toEqual([...many("hung.e", 4), "fine.e.0"]);
    expect(detoured).toEqual(["hung.e.8"]);
  });

  it("keeps as many waiting as it takes once it is silent, and one once a request has timed out; the others leave", async () => {
    const { clock, begun, detoured, offer, end } = setUp({ maxInFlight: 100 });
    for (const name of many("hung.e", 10)) offer(name);
    await clock.advance(1001);
    expect(detoured).toEqual(["hung.e.8", "hung.e.9"]);
    await clock.advance(9000);
    for (const name of many("hung.e", 4)) await end(name, { kind: "timed-out" });
    expect(begun.slice(4)).toEqual(["hung.e.4"]);
    expect(detoured.slice(2)).toEqual(["hung.e.5", "hung.e.6", "hung.e.7"]);
  });

  it("gets its next probe when its rest is over, by itself", async () => {
    const { clock, begun, offer, end } = setUp({ patienceMs: 5000 });
    for (const name of many("hung.e", 3)) {
      offer(name);
      await clock.advance(10_000);
      await end(name, { kind: "timed-out" });
      await clock.advance(2000);
    }
    const before = begun.length;
    offer("hung.e.9");
    expect(begun).toHaveLength(before);
    await clock.advance(2000);
    expect(begun.at(-1)).toBe("hung.e.9");
  });
});

describe("an endpoint that asks for less", () => {
  it("gets nothing until then, and what waits for longer than patience goes elsewhere", async () => {
    const { clock, begun, detoured, offer, end } = setUp();
    for (const name of many("t.e", 6)) offer(name);
    await end("t.e.0", { kind: "refused", restMs: 30_000 });
    expect([begun.length, detoured]).toEqual([4, ["t.e.4", "t.e.5"]]);
    offer("t.e.6");
    expect(detoured.at(-1)).toBe("t.e.6");
    for (const number of [1, 2, 3]) await end(`t.e.${number}`);
    await clock.advance(30_000);
    offer("t.e.7");
    expect(begun.at(-1)).toBe("t.e.7");
  });
});

it("jobs that crowd others out of their partition leave where their endpoint is busy already", async () => {
  const { detoured, begun, offer } = setUp();
  for (const name of many("t.e", 8)) offer(name);
  expect([begun.length, detoured]).toEqual([4, []]);
  offer("t.e.8", { crowds: true });
  expect([begun.length, detoured]).toEqual([4, ["t.e.8"]]);
  offer("other.e.0", { crowds: true });
  expect(begun.at(-1)).toBe("other.e.0");
});

describe("work whose request has ended", () => {
  it("keeps its slot, but is no more with its endpoint: what is slow on this side is not the endpoint's silence", async () => {
    const { clock, begun, detoured, offer } = setUp({ maxInFlight: 6 });
    const written = Promise.withResolvers<void>();
    for (let number = 0; number < 4; number += 1) {
      offer("t.e.done", {
        work: async (slot) => {
          slot.ended(answered);
          await written.promise;
        },
      });
    }
    await clock.advance(10_000);
    for (const name of many("t.e", 4)) offer(name);
    expect([begun, detoured]).toEqual([["t.e.0", "t.e.1"], []]);
    written.resolve();
    await settle();
    expect(begun).toEqual(many("t.e", 4));
  });
});

describe("work that stands aside", () => {
  it("gives its slot to others, and then takes its turn behind them", async () => {
    const { begun, counts, offer, end } = setUp({ maxInFlight: 1 });
    const waited = Promise.withResolvers<void>();
    offer("x.x.aside", {
      work: async (slot) => {
        await slot.aside(() => waited.promise);
        begun.push("back");
        slot.ended(answered);
      },
    });
    offer("t.e.0");
    expect(begun).toEqual(["t.e.0"]);
    waited.resolve();
    await settle();
    expect(begun).toEqual(["t.e.0"]);
    await end("t.e.0");
    expect(begun).toEqual(["t.e.0", "back"]);
    expect([Math.max(...counts), counts.at(-1)]).toEqual([1, 0]);
  });

  it("makes a detour where its endpoint has come to rest meanwhile, and does not come back", async () => {
    const { begun, detoured, counts, offer, end } = setUp();
    const waited = Promise.withResolvers<void>();
    offer("t.e.aside", {
      work: async (slot) => {
        await slot.aside(() => waited.promise);
        begun.push("back");
      },
    });
    offer("t.e.0");
    await end("t.e.0", { kind: "refused", restMs: 30_000 });
    waited.resolve();
    await settle();
    expect([begun, detoured, counts.at(-1)]).toEqual([["t.e.0"], ["t.e.aside"], 0]);
  });

  it("never comes back once the scheduler is closed, and keeps nobody waiting", async () => {
    const { scheduler, offer } = setUp();
    const waited = Promise.withResolvers<void>();
    let back = false;
    offer("x.x.aside", {
      work: async (slot) => {
        await slot.aside(() => waited.promise);
        back = true;
      },
    });
    await scheduler.idle();
    scheduler.close();
    waited.resolve();
    await settle();
    expect(back).toBe(false);
  });
});

it("a scheduler that is closed drops what waits, begins nothing more, and sees what is under way to its end", async () => {
  const { clock, scheduler, begun, counts, offer, end } = setUp({ maxInFlight: 1 });
  offer("t.e.0");
  offer("t.e.1");
  scheduler.close();
  offer("t.e.2");
  const idle = scheduler.idle();
  await end("t.e.0");
  await idle;
  expect(begun).toEqual(["t.e.0"]);
  expect(counts.at(-1)).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

it("every job that is offered begins once or is sent on one detour, whatever the endpoints do", async () => {
  const job = fc.record({
    tenant: fc.nat(2),
    endpoint: fc.nat(2),
    retry: fc.boolean(),
    wait: fc.nat(3000),
    pace: fc.oneof(
      fc.constant<Pace>(answered),
      fc.constant<Pace>({ kind: "timed-out" }),
      fc.nat(4000).map((restMs): Pace => ({ kind: "refused", restMs })),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(job, { maxLength: 60 }), async (jobs) => {
      const { clock, begun, detoured, offer, end } = setUp({ maxInFlight: 5 });
      const paces = new Map<string, Pace>();
      for (const [number, { tenant, endpoint, retry, wait, pace }] of jobs.entries()) {
        const name = `t${tenant}.e${endpoint}.${number}`;
        paces.set(name, pace);
        offer(name, { retry });
        await clock.advance(wait);
        const oldest = begun.find((each) => paces.has(each));
        if (oldest !== undefined && number % 3 === 0) {
          await end(oldest, paces.get(oldest));
          paces.delete(oldest);
        }
      }
      for (let turns = 0; turns < 200 && begun.length + detoured.length < jobs.length; turns += 1) {
        for (const name of begun) await end(name);
        await clock.advance(30_000);
      }
      expect(new Set([...begun, ...detoured]).size).toBe(jobs.length);
      expect(begun.length + detoured.length).toBe(jobs.length);
    }),
    { numRuns: 100 },
  );
});

it("counts the jobs that wait, and none once it is closed", async () => {
  const { scheduler, offer, end } = setUp({ maxInFlight: 2 });
  for (const name of many("t.e", 5)) offer(name);
  expect(scheduler.waiting).toBe(3);
  await end("t.e.0");
  expect(scheduler.waiting).toBe(2);
  scheduler.close();
  expect(scheduler.waiting).toBe(0);
});
