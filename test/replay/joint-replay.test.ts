import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JointReplay } from "../../src/replay/joint-replay.ts";
import type { PickRecord } from "../../src/replay/picked.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { createMemoryReplayLog } from "../support/memory-replay-log.ts";

/** Records that say whose they are: `<member>-<number>`. */
function replayed(partitions = 1) {
  const log = new MemoryLog(systemClock);
  log.createTopic("dead", partitions);
  log.createTopic("jobs", 1);
  const replay = createMemoryReplayLog(log);
  const skipped: string[] = [];
  const gone: unknown[] = [];
  let fetches = 0;
  const pick: PickRecord = async ({ key, value }) =>
    String(value).endsWith("-cut")
      ? { kind: "skipped", reason: "cut" }
      : { kind: "job", job: { topic: "jobs", key, value } };
  const counting = {
    ...replay,
    source(at: Parameters<typeof replay.source>[0]) {
      const source = replay.source(at);
      return {
        ...source,
        fetch(offset: number) {
          fetches += 1;
          return source.fetch(offset);
        },
      };
    },
  };
  return {
    log,
    replay,
    skipped,
    gone,
    get fetches() {
      return fetches;
    },
    write(...values: readonly string[]) {
      for (const value of values)
        log.append({ topic: "dead", key: value, value: Buffer.from(value) });
    },
    open: () =>
      new JointReplay(
        {
          topic: "dead",
          keyOf: ({ value }) => String(value).split("-")[0],
          ratePerSecond: 1_000_000,
        },
        {
          log: counting,
          clock: systemClock,
          onSkipped: (id, reason, { offset }) => void skipped.push(`${id} ${reason} ${offset}`),
          onGone: (error) => void gone.push(error),
        },
      ),
    members: (...limits: readonly (readonly [name: string, limit: number])[]) =>
      new Map(limits.map(([name, limit]) => [name, { id: name, from: 0, limit, pick }])),
    jobs: () => log.all("jobs").map(({ value }) => String(value)),
  };
}

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
        const it = replayed(2);
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
          // What stops it is told by it, and is no reason to lose or double anything.
          await workers[each.by]?.run(members, each.most, never).catch(() => undefined);
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
    const it = replayed();
    const many = Array.from({ length: 50 }, (_, number) => `m${number}`);
    it.write(...valuesOf(20, ...many));
    const members = it.members(...many.map((name) => [name, 1000] as const));
    await it.open().run(members, 100_000, never);
    expect(it.jobs()).toHaveLength(1000);
    // A fetch brings ten records.
    expect(it.fetches).toBeLessThanOrEqual(101);
  });

  test("read no more for one that goes on behind another's backlog than it has to", async () => {
    const it = replayed();
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
    const it = replayed();
    it.write("a-0", "a-1-cut", `a-${"x".repeat(500)}`, ...valuesOf(9, "b"));
    it.replay.maxRecordBytes = 300;
    const joint = it.open();
    const members = it.members(["a", 100], ["b", 100]);
    const outcomes: string[] = [];
    for (let tries = 0; tries < 5; tries += 1)
      outcomes.push(
        await joint.run(members, 1000, never).then(
          () => "done",
          (error: { code: string }) => error.code,
        ),
      );
    expect(outcomes).toEqual(["REPLAY_INTERRUPTED", "REPLAY_INTERRUPTED", "done", "done", "done"]);
    expect(it.jobs().sort()).toEqual(["a-0", ...valuesOf(9, "b")]);
    expect(new Set(it.skipped)).toEqual(new Set(["a cut 1", "a too-large 2"]));
  });

  test("tell what retention has removed before it was replayed, and go on with what is kept", async () => {
    const it = replayed();
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

  test("end when they are to stop, and nothing is written twice by who goes on", async () => {
    const it = replayed();
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
