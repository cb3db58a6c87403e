import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OnhookError } from "../../src/errors.ts";
import { jointlyReplayed } from "./jointly-replayed.ts";

const never = new AbortController().signal;
const valuesOf = (count: number, ...names: readonly string[]): string[] =>
  Array.from({ length: count }, (_, number) => names.map((name) => `${name}-${number}`)).flat();

/** What may happen between two runs of the one who redrives. */
type Step =
  | { readonly kind: "write"; readonly of: string; readonly count: number }
  | {
      readonly kind: "run";
      readonly by: 0 | 1;
      readonly members: readonly string[];
      readonly limit: number;
      readonly most: number;
      readonly fault: "refused" | "unanswered" | null;
    }
  | { readonly kind: "forget"; readonly by: 0 | 1 };

const names = ["a", "b", "c", "d"];
const someone = fc.constantFrom<0 | 1>(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("write" as const),
    of: fc.constantFrom(...names),
    count: fc.integer({ min: 1, max: 30 }),
  }),
  fc.record({
    kind: fc.constant("run" as const),
    by: someone,
    members: fc.subarray(names, { minLength: 1 }),
    limit: fc.integer({ min: 1, max: 40 }),
    most: fc.integer({ min: 1, max: 60 }),
    fault: fc.constantFrom("refused" as const, "unanswered" as const, null),
  }),
  fc.record({ kind: fc.constant("forget" as const), by: someone }),
);

describe("replays that are done together", () => {
  test("write each job once, whatever fails, whoever takes over, and in whatever parts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const it = jointlyReplayed(2);
        const workers = [it.open(), it.open()];
        const written: string[] = [];
        for (const each of steps) {
          if (each.kind === "forget") workers[each.by]?.retain(new Set());
          if (each.kind === "write")
            for (let count = 0; count < each.count; count += 1) {
              written.push(`${each.of}-${written.length}`);
              it.write(written.at(-1) ?? "");
            }
          if (each.kind !== "run") continue;
          let left = each.fault;
          it.replay.fault = () => {
            const now = left;
            left = null;
            return now;
          };
          const members = it.members(...each.members.map((name) => [name, each.limit] as const));
          await workers[each.by]?.run(members, each.most, never);
        }
        it.replay.fault = () => null;
        const last = it.open();
        const all = it.members(...names.map((name) => [name, 10_000] as const));
        const progress = await last.run(all, 10_000, never);
        expect([...progress.values()].every(({ isDone }) => isDone)).toBe(true);
        expect(it.jobs().sort()).toEqual(written.sort());
      }),
      { numRuns: 300 },
    );
  });

  test("read the topic once, however many they are", async () => {
    const it = jointlyReplayed();
    const many = Array.from({ length: 50 }, (_, number) => `m${number}`);
    it.write(...valuesOf(20, ...many));
    const members = it.members(...many.map((name) => [name, 1000] as const));
    await it.open().run(members, 100_000, never);
    expect(it.jobs()).toHaveLength(1000);
    // A fetch brings ten records.
    expect(it.fetches).toBeLessThanOrEqual(101);
  });

  test("read no more for one that goes on behind another's backlog than it has to", async () => {
    const it = jointlyReplayed();
    it.write(...valuesOf(500, "big"), ...valuesOf(5, "small"));
    const joint = it.open();
    const members = it.members(["big", 1000], ["small", 1000]);
    await joint.run(members, 4, never);
    expect(it.jobs()).toEqual(["big-0", "big-1", "small-0", "small-1"]);
    const before = it.fetches;
    await joint.run(members, 4, never);
    expect(it.jobs().slice(4)).toEqual(["big-2", "big-3", "small-2", "small-3"]);
    expect(it.fetches - before).toBeLessThanOrEqual(3);
  });

  test("tell of a job that can't be replayed, or that its topic does not take, and go on behind it", async () => {
    const it = jointlyReplayed();
    it.write("a-0", "a-1-cut", `a-${"x".repeat(500)}`, ...valuesOf(9, "b"));
    it.replay.maxRecordBytes = 300;
    const joint = it.open();
    const members = it.members(["a", 100], ["b", 100]);
    for (let tries = 0; tries < 5; tries += 1) await joint.run(members, 1000, never);
    expect(it.failures).toMatchObject([
      { code: "REPLAY_INTERRUPTED" },
      { code: "REPLAY_INTERRUPTED" },
    ]);
    expect(it.jobs().sort()).toEqual(["a-0", ...valuesOf(9, "b")]);
    expect(new Set(it.skipped)).toEqual(new Set(["a cut 1", "a too-large 2"]));
  });

  test("tell what retention has removed before it was replayed, and go on with what is kept", async () => {
    const it = jointlyReplayed();
    it.write(...valuesOf(20, "a"));
    const joint = it.open();
    const members = it.members(["a", 5]);
    await joint.run(members, 100, never);
    it.log.deleteBefore({ topic: "dead", partition: 0, offset: 12 });
    expect(await joint.run(it.members(["a", 100]), 100, never)).toEqual(
      new Map([["a", { written: 8, isDone: true }]]),
    );
    expect(it.gone).toMatchObject([
      { code: "REPLAY_GONE", message: expect.stringContaining("offset 5 of partition 0") },
    ]);
  });

  test("are careful no longer than where a transaction was refused, though each of its jobs alone is taken", async () => {
    const it = jointlyReplayed();
    it.write(...valuesOf(60, "a"));
    it.replay.fault = (commit) => {
      // More than the topic takes at once, and none of it too large by itself.
      if (commit === 1) throw new OnhookError("RECORD_TOO_LARGE", { topic: "jobs", bytes: 0 });
      return null;
    };
    const joint = it.open();
    const members = it.members(["a", 30]);
    await joint.run(members, 30, never);
    await joint.run(members, 30, never);
    const apart = it.replay.transactions.length;
    await joint.run(members, 30, never);
    expect(it.jobs()).toEqual(valuesOf(60, "a"));
    expect(apart).toBe(30);
    expect(it.replay.transactions.slice(apart)).toEqual([30]);
  });

  test("read partitions that were added, and are not done before", async () => {
    const it = jointlyReplayed(1);
    it.write(...valuesOf(5, "a"));
    const joint = it.open();
    const members = it.members(["a", 100]);
    await joint.run(members, 100, never);
    it.log.addPartitions("dead", 3);
    it.write(...Array.from({ length: 40 }, (_, number) => `a-${number + 5}`));
    const written = await joint.run(members, 100, never);
    expect(written.get("a")).toEqual({ written: 40, isDone: true });
    expect(it.jobs().sort()).toEqual(valuesOf(45, "a").sort());
  });

  test("begin anew in a topic that was deleted and made again, whose end is before where they stood", async () => {
    const it = jointlyReplayed(1);
    it.write(...valuesOf(20, "a"));
    const joint = it.open();
    const members = it.members(["a", 100]);
    await joint.run(members, 100, never);
    it.log.createTopic("dead", 1);
    it.write("a-20", "a-21");
    expect((await joint.run(members, 100, never)).get("a")?.isDone).toBe(false);
    expect((await joint.run(members, 100, never)).get("a")).toEqual({ written: 2, isDone: true });
    expect(it.jobs()).toEqual(valuesOf(22, "a"));
  });

  test("tell of a partition that has lost its end, and of one that can't be had, and go on with the others", async () => {
    for (const trouble of ["lost", "away", "held"] as const) {
      const it = jointlyReplayed(3);
      it.write(...valuesOf(30, "a"));
      const there = it.log.read({ topic: "dead", partition: 1 }, 0, Infinity).length;
      it.trouble = { partition: 1, kind: trouble };
      const joint = it.open();
      const members = it.members(["a", 100]);
      const first = await joint.run(members, 100, never);
      expect(first.get("a")).toEqual({ written: 30 - there, isDone: false });
      expect(it.failures).toMatchObject([{ code: "REPLAY_INTERRUPTED" }]);
      it.trouble = null;
      expect((await joint.run(members, 100, never)).get("a")).toEqual({
        written: there,
        isDone: true,
      });
      expect(it.jobs().sort()).toEqual(valuesOf(30, "a").sort());
    }
  });

  test("of more than can have one each come to their turn, however much lies before one's job", async () => {
    const it = jointlyReplayed();
    const many = Array.from({ length: 20 }, (_, number) => `m${number}`);
    it.write(...valuesOf(50, ...many), "last-0");
    const joint = it.open();
    const members = it.members(...[...many, "last"].map((name) => [name, 1000] as const));
    for (let runs = 0; runs < 5; runs += 1) await joint.run(members, 5, never);
    expect(it.jobs()).toHaveLength(25);
    expect(it.jobs()).toContain("last-0");
  });

  test("end when they are to stop, and nothing is written twice by who goes on", async () => {
    const it = jointlyReplayed();
    it.write(...valuesOf(1000, "a"));
    const stop = new AbortController();
    const joint = it.open();
    it.replay.fault = (commit) => {
      if (commit === 2) stop.abort();
      return null;
    };
    const members = it.members(["a", 10_000]);
    await expect(joint.run(members, 10_000, stop.signal)).rejects.toHaveProperty(
      "name",
      "AbortError",
    );
    expect(it.jobs()).toHaveLength(400);
    await it.open().run(members, 10_000, never);
    expect(it.jobs()).toEqual(valuesOf(1000, "a"));
  });
});
