import { describe, expect, test } from "vitest";
import type { PickRecord } from "../../src/replay/picked.ts";
import type { SourcePartition } from "../../src/replay/replay-log.ts";
import { runReplay } from "../../src/replay/run-replay.ts";
import type { ReplayPace } from "../../src/replay/run-replay.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { createMemoryReplayLog } from "../support/memory-replay-log.ts";

/** One partition with so many records, all of which are replayed. */
function replayed(count: number, valueOf = (index: number): string => String(index)) {
  const log = new MemoryLog(systemClock);
  log.createTopic("dead", 1);
  log.createTopic("jobs", 1);
  for (let index = 0; index < count; index += 1)
    log.append({ topic: "dead", key: "k", value: Buffer.from(valueOf(index)) });
  const replay = createMemoryReplayLog(log);
  const retries: unknown[] = [];
  const pick: PickRecord = async ({ key, value }) => ({
    kind: "job",
    job: { topic: "jobs", key, value },
  });
  return {
    log,
    replay,
    retries,
    run: (pace: ReplayPace = { ratePerSecond: 10_000 }, clock = systemClock) =>
      runReplay(
        {
          id: "r",
          topic: "dead",
          range: (source: SourcePartition) => source.bounds(),
          pick,
          ...pace,
        },
        { log: replay, clock, onRetry: (error) => void retries.push(error) },
        new AbortController().signal,
        () => undefined,
      ),
    jobs: () => log.all("jobs").map(({ value }) => String(value)),
  };
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

describe("a commit that fails", () => {
  test.each(["refused", "unanswered"] as const)(
    "and was %s leaves each job written once, and counted",
    async (fault) => {
      const it = replayed(35);
      it.replay.fault = (commit) => (commit === 2 ? fault : null);
      expect(await it.run()).toMatchObject({ matched: 35, written: 35, read: 35, end: 35 });
      expect(it.jobs()).toEqual(numbers(35));
      expect(it.retries).toMatchObject([{ code: "REPLAY_INTERRUPTED" }]);
    },
  );
});

test("a job that its topic does not take is skipped and counted, and holds up none of the others", async () => {
  const it = replayed(25, (index) =>
    index === 3 || index === 17 ? "x".repeat(500) : String(index),
  );
  it.replay.maxRecordBytes = 300;
  expect(await it.run()).toMatchObject({ matched: 25, written: 23, skipped: 2 });
  expect(it.jobs()).toEqual(numbers(25).filter((each) => each !== "3" && each !== "17"));
});

test("what retention has removed before it was replayed is told", async () => {
  const it = replayed(40);
  await it.run({ ratePerSecond: 10_000, limit: 12 });
  it.log.deleteBefore({ topic: "dead", partition: 0, offset: 30 });
  const { parts, written } = await it.run();
  expect(parts).toMatchObject([{ begin: 30, end: 40, gone: 18, continued: true }]);
  expect(written).toBe(10);
});

test("a run that finds more done than it was told has nothing to do, and is through", async () => {
  const it = replayed(35);
  await it.run();
  // A transaction's offset is seen by others a moment after its commit; its next opener waits for it.
  it.replay.standings = async () => new Map([[0, { offset: 5, until: 35 }]]);
  const progress = await it.run();
  expect(progress).toMatchObject({ read: 30, end: 30, written: 0 });
  expect(it.jobs()).toEqual(numbers(35));
});

test("no more is written than the rate allows", async () => {
  const clock = createFakeClock();
  const it = replayed(100);
  const running = it.run({ ratePerSecond: 20 }, clock);
  await clock.advance(0);
  // A quarter of a second's worth goes at once, and each of the others when the one before is paid off.
  expect(it.jobs()).toHaveLength(5);
  await clock.advance(249);
  expect(it.jobs()).toHaveLength(5);
  await clock.advance(1);
  expect(it.jobs()).toHaveLength(10);
  await clock.advance(1000);
  expect(it.jobs()).toHaveLength(30);
  await clock.advance(3500);
  expect(it.jobs()).toHaveLength(100);
  expect(await running).toMatchObject({ written: 100 });
  expect(Math.max(...it.replay.transactions)).toBe(5);
});
