import { DatabaseSync } from "node:sqlite";
import { describe, expect, test, vi } from "vitest";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import { damage } from "../sqlite/history-under-test.ts";
import { attemptOf } from "./attempt-of.ts";
import {
  attemptBytes,
  attemptCodec,
  changeBytes,
  createFed,
  dayMs,
  idsBecome,
  isTold,
  now,
  patience,
} from "./feed-under-test.ts";

describe("the history", () => {
  test("has what all partitions of both topics hold, and what comes then", async () => {
    const fed = createFed();
    fed.log.create("attempts", 3);
    fed.log.create("changes", 1);
    for (const partition of [0, 1, 2])
      fed.log.add("attempts", partition, attemptBytes({ cdrId: `c${partition}` }), now);
    fed.log.add("changes", 0, changeBytes("change-1"), now);
    fed.start();
    await idsBecome(fed, "c0", "c1", "c2");
    fed.log.add("attempts", 1, attemptBytes({ cdrId: "c3" }), now);
    await idsBecome(fed, "c0", "c1", "c2", "c3");
    await vi.waitFor(
      async () =>
        expect((await fed.store.changes({ tenantId: null, limit: 5 })).items).toMatchObject([
          { changeId: "change-1", properties: ["action.url"] },
        ]),
      patience,
    );
    expect(fed.feed.standing).toMatchObject([
      { topic: "attempts", lag: 0 },
      { topic: "changes", lag: 0 },
    ]);
  });

  test("goes on where it was, with another process on the same file", async () => {
    const first = createFed();
    first.log.create("attempts", 1);
    first.log.create("changes", 1);
    for (let n = 0; n < 1500; n += 1)
      first.log.add("attempts", 0, attemptBytes({ cdrId: `c${n}`, tenantId: "t2" }), now);
    const stop = first.start();
    await vi.waitFor(() => expect(first.store.size.attempts).toBe(1500), patience);
    await stop();
    const fetches = first.log.fetched.length;
    const second = createFed(first.file, first.log);
    second.start();
    first.log.add("attempts", 0, attemptBytes({ cdrId: "last" }), now);
    await idsBecome(second, "last");
    expect(second.store.size.attempts).toBe(1501);
    const after = first.log.fetched.slice(fetches);
    expect(after.find((at) => at.startsWith("attempts"))).toBe("attempts/0@1500");
  });

  test("does not read what is older than it remembers, and leaves out attempts that are", async () => {
    const fed = createFed();
    fed.log.create("attempts", 1);
    fed.log.create("changes", 1);
    const old = now - 31 * dayMs;
    fed.log.add("attempts", 0, attemptBytes({ cdrId: "old", at: old }), old);
    fed.log.add("attempts", 0, attemptBytes({ cdrId: "old too", at: old }), now);
    fed.log.add("attempts", 0, attemptBytes({ cdrId: "young" }), now);
    fed.start();
    await idsBecome(fed, "young");
    expect(fed.log.fetched.find((at) => at.startsWith("attempts"))).toBe("attempts/0@1");
  });

  test("tells of records that it can't read, and passes over them", async () => {
    const fed = createFed();
    fed.log.create("attempts", 1);
    fed.log.create("changes", 1);
    const later = { ...attemptOf({ at: now }), outcome: "postponed" } as unknown as DeliveryAttempt;
    for (const value of [Buffer.from("nonsense"), null, attemptCodec.encode(later)])
      fed.log.add("attempts", 0, value, now);
    fed.log.add("attempts", 0, attemptBytes({ cdrId: "sound" }), now);
    fed.start();
    await idsBecome(fed, "sound");
    expect(fed.told).toContainEqual(
      expect.objectContaining({ type: "history.undecodable", topic: "attempts", count: 3 }),
    );
  });

  test("goes on from the first record, and says so, where records were deleted before it had read them", async () => {
    const fed = createFed();
    fed.log.create("attempts", 1);
    fed.log.create("changes", 1);
    for (const cdrId of ["c0", "c1", "c2"])
      fed.log.add("attempts", 0, attemptBytes({ cdrId }), now);
    const stop = fed.start();
    await idsBecome(fed, "c0", "c1", "c2");
    await stop();
    for (const cdrId of ["c3", "c4", "c5"])
      fed.log.add("attempts", 0, attemptBytes({ cdrId }), now);
    fed.log.deleteBefore("attempts", 0, 5);
    const again = createFed(fed.file, fed.log);
    again.start();
    await idsBecome(again, "c0", "c1", "c2", "c5");
    expect(again.told).toContainEqual({
      type: "history.records-lost",
      topic: "attempts",
      partition: 0,
      from: 3,
      to: 5,
      count: 2,
    });
  });

  test("keeps what it has, and reads a topic from its begin, where that was made anew", async () => {
    const fed = createFed();
    fed.log.create("attempts", 1);
    fed.log.create("changes", 1);
    for (const cdrId of ["c0", "c1"]) fed.log.add("attempts", 0, attemptBytes({ cdrId }), now);
    const stop = fed.start();
    await idsBecome(fed, "c0", "c1");
    await stop();
    fed.log.create("attempts", 1);
    // The first has been copied to the new topic: it counts once.
    fed.log.add("attempts", 0, attemptBytes({ cdrId: "c1" }), now);
    const again = createFed(fed.file, fed.log);
    again.start();
    await isTold(again, "history.rewound");
    fed.log.add("attempts", 0, attemptBytes({ cdrId: "new" }), now);
    await idsBecome(again, "c0", "c1", "new");
    expect(again.store.size.attempts).toBe(3);
  });

  test("waits for a topic that is not there, says so, and reads partitions that are added", async () => {
    const fed = createFed();
    fed.log.create("changes", 1);
    fed.start();
    await isTold(fed, "history.reading-failed");
    fed.log.create("attempts", 1);
    fed.log.add("attempts", 0, attemptBytes({ cdrId: "c0" }), now);
    await idsBecome(fed, "c0");
    expect(fed.told.filter(({ type }) => type === "history.write-failed")).toEqual([]);
  });

  test("is made anew from the topics when its file turns out to be damaged, and nothing ends", async () => {
    const first = createFed();
    first.log.create("attempts", 1);
    first.log.create("changes", 1);
    for (let n = 0; n < 3000; n += 1)
      first.log.add("attempts", 0, attemptBytes({ cdrId: `c${n}` }), now);
    const stop = first.start();
    await vi.waitFor(() => expect(first.store.size.attempts).toBe(3000), patience);
    await stop();
    const fed = createFed(first.file, first.log);
    fed.start();
    await isTold(fed, "history.opened");
    damage(fed.file);
    await expect(fed.ids()).rejects.toMatchObject({ code: "HISTORY_DAMAGED" });
    fed.log.look();
    const anew = { type: "history.opened", rebuild: "damaged" };
    await vi.waitFor(
      () => expect(fed.told).toContainEqual(expect.objectContaining(anew)),
      patience,
    );
    await vi.waitFor(() => expect(fed.store.size.attempts).toBe(3000), patience);
    expect(await fed.ids()).toHaveLength(200);
  });

  test("goes on by itself when the file can be written again", async () => {
    const fed = createFed();
    fed.log.create("attempts", 1);
    fed.log.create("changes", 1);
    fed.start();
    await isTold(fed, "history.opened");
    const lock = lockOf(fed.file);
    fed.log.add("attempts", 0, attemptBytes({ cdrId: "c0" }), now);
    await isTold(fed, "history.write-failed");
    // Queries are answered meanwhile.
    expect(await fed.ids()).toEqual([]);
    lock.release();
    await idsBecome(fed, "c0");
  });
});

/** Keeps others from writing, as somebody's backup may. */
function lockOf(file: string): { release(): void } {
  const db = new DatabaseSync(file);
  db.exec("BEGIN IMMEDIATE");
  return { release: () => db.close() };
}
