import { rmSync } from "node:fs";
import type { Worker } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import { HistoryFeed } from "../../src/history/history-feed.ts";
import type { HistoryEvent } from "../../src/history/history-events.ts";
import { steadyClock, systemClock } from "../../src/runtime/clock.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { batchOf, createStore, damage } from "../sqlite/history-under-test.ts";
import { attemptOf } from "./attempt-of.ts";
import {
  attemptBytes,
  attemptCodec,
  changeCodec,
  createFed,
  dayMs,
  idsBecome,
  isTold,
  now,
  patience,
  topics,
} from "./feed-under-test.ts";
import { LogInMemory } from "./log-in-memory.ts";

/** The threads that are started during the test; the first one of a history is its writer. */
function startedThreads(): readonly Worker[] {
  const threads: Worker[] = [];
  const add = (thread: Worker): void => void threads.push(thread);
  process.on("worker", add);
  onTestFinished(() => void process.off("worker", add));
  return threads;
}

test("what a file has lost is read again once its writer has ended by itself", async () => {
  const threads = startedThreads();
  const fed = createFed();
  fed.log.create("attempts", 1);
  fed.log.create("changes", 1);
  fed.log.add("attempts", 0, attemptBytes({ cdrId: "c0" }), now);
  fed.start();
  await idsBecome(fed, "c0");
  for (const end of ["", "-wal", "-shm"]) rmSync(fed.file + end, { force: true });
  await threads[0]?.terminate();
  await vi.waitFor(() => {
    // A fetch that waits for more records holds up who opens anew.
    fed.log.look();
    expect(fed.told.filter(({ type }) => type === "history.opened")).toHaveLength(2);
  }, patience);
  await isTold(fed, "history.write-failed");
  fed.log.add("attempts", 0, attemptBytes({ cdrId: "c1" }), now);
  await idsBecome(fed, "c0", "c1");
});

test("an earlier repair does not cost the file that was made then, when the writer ends", async () => {
  const threads = startedThreads();
  const { store, told, file } = createStore();
  await store.open();
  const jobs = Array.from({ length: 300 }, (_, n) => attemptOf({ at: now, jobId: `job-${n}` }));
  await store.feed([batchOf(jobs)]);
  // What is in the write-ahead log comes into the file.
  await store.close();
  await store.open();
  damage(file);
  const asked = store.deliveries({ tenantId: "t1", limit: 1 });
  await expect(asked).rejects.toMatchObject({ code: "HISTORY_DAMAGED" });
  const { lost } = await store.open();
  await threads.at(-1)?.terminate();
  await expect.poll(() => lost.reason).toMatchObject({ code: "HISTORY_UNAVAILABLE" });
  await expect(store.feed([])).rejects.toMatchObject({ code: "HISTORY_UNAVAILABLE" });
  await store.open();
  await store.feed([]);
  expect(told).toContainEqual(expect.objectContaining({ type: "history.opened", rebuild: null }));
});

test("a file that is lost again and again is opened after longer and longer pauses", async () => {
  const waits: number[] = [];
  const stopper = new AbortController();
  const clock: Clock = {
    now: () => systemClock.now(),
    at(at, action) {
      waits.push(at - systemClock.now());
      if (waits.length === 6) stopper.abort();
      return systemClock.at(systemClock.now(), action);
    },
  };
  const { store } = createStore();
  const told: HistoryEvent[] = [];
  const emit = (event: HistoryEvent): void => void told.push(event);
  const lostSectors = new Error("no sector is as it was");
  const lossy = Object.assign(Object.create(store) as typeof store, {
    open: async () => ({ positions: [], lost: AbortSignal.abort(lostSectors) }),
  });
  const codecs = { attempts: attemptCodec, changes: changeCodec };
  const deps = { ...codecs, store: lossy, source: new LogInMemory(), keeper: null };
  const options = { topics, maxAgeMs: dayMs, maxBytes: 1024 ** 4 };
  const feed = new HistoryFeed(options, { ...deps, clock, steadyClock, emit });
  await feed.run(stopper.signal);
  expect(waits).toHaveLength(6);
  for (const [failures, wait] of waits.entries())
    // The clock goes on while it is asked.
    expect(wait).toBeGreaterThanOrEqual(50 * 2 ** failures - 10);
  expect(told).toContainEqual({ type: "history.write-failed", error: lostSectors });
});
