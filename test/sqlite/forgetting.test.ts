import { expect, test } from "vitest";
import type { CallToKeep } from "../../src/history/history-store.ts";
import type { SqliteHistory } from "../../src/sqlite/sqlite-history.ts";
import { attemptOf, noon } from "../history/attempt-of.ts";
import { batchOf, openStore } from "./history-under-test.ts";

const much = 1024 ** 4;

async function forgetAll(store: SqliteHistory, before: number, maxBytes = much): Promise<number> {
  for (let deliveries = 0; ;) {
    const forgotten = await store.forget({ before, maxBytes });
    deliveries += forgotten.deliveries;
    if (forgotten.isDone) return deliveries;
  }
}

test("what was last attempted before is forgotten with its attempts, tallies and changes; what was attempted since stays", async () => {
  const { store } = await openStore();
  const old = Array.from({ length: 1200 }, (_, number) =>
    attemptOf({ cdrId: `old-${number}`, at: noon + number }),
  );
  const retried = [
    attemptOf({ cdrId: "retried", outcome: "failed", at: noon }),
    attemptOf({ cdrId: "retried", attempt: 2, at: noon + 7_200_000 }),
  ];
  const change = {
    changeId: "c1",
    at: noon,
    actorId: "command",
    actorName: "",
    actorRole: "operator",
    action: "tenant.written",
    tenantId: "t1",
    triggerId: null,
    subject: null,
    properties: [],
  } as const;
  await store.feed([{ ...batchOf([...old, ...retried]), changes: [change] }]);
  expect(await forgetAll(store, noon + 3_600_000)).toBe(1200);
  const { items } = await store.deliveries({ tenantId: "t1", limit: 200 });
  expect(items.map(({ cdrId, attempts }) => [cdrId, attempts])).toEqual([["retried", 2]]);
  const tallies = await store.tallies({
    tenantId: "t1",
    triggerIds: ["trigger-1"],
    from: 0,
    to: noon * 2,
  });
  expect(tallies.map(({ hour }) => hour)).toEqual([noon + 7_200_000]);
  expect((await store.changes({ tenantId: "t1", limit: 10 })).items).toEqual([]);
  expect(store.size).toMatchObject({ attempts: 2, deliveries: 1 });
});

test("beyond its size the oldest is forgotten, the file becomes smaller, and more can be fed", async () => {
  const { store } = await openStore();
  const maxBytes = 64 * 1024 * 1024;
  let number = 0;
  async function feedSome(batches: number): Promise<void> {
    for (let batch = 0; batch < batches; batch += 1) {
      const attempts = Array.from({ length: 2000 }, () => {
        number += 1;
        return attemptOf({
          cdrId: `call-${number}`,
          at: noon + number,
          error: "x".repeat(2000),
        });
      });
      await store.feed([batchOf(attempts, number)]);
    }
  }
  await feedSome(16);
  expect(store.size.bytes).toBeGreaterThan(maxBytes);
  expect(await forgetAll(store, 0, maxBytes)).toBeGreaterThan(1000);
  expect(store.size.bytes).toBeLessThan(maxBytes);
  const { items } = await store.deliveries({ tenantId: "t1", limit: 1 });
  expect(items[0]?.cdrId).toBe(`call-${number}`);
  const kept = store.size.deliveries;
  await feedSome(1);
  expect(store.size.deliveries).toBe(kept + 2000);
  const oldest = attemptOf({ cdrId: "call-1" });
  expect(await store.delivery("t1", oldest.jobId)).toBeNull();
});

const place = { cdrPartition: 2, cdrOffset: 7 };

const kept = (cdrId: string, offset: number): CallToKeep => ({
  tenantId: "t1",
  cdrId,
  value: Buffer.from(`bytes of ${cdrId}`),
  partition: 2,
  offset,
  timestamp: noon,
});

test("a call is kept for as long as one of its deliveries, and only its tenant finds it", async () => {
  const { store } = await openStore(undefined, true);
  const attempts = [
    attemptOf({ triggerId: "trigger-1", at: noon, ...place }),
    attemptOf({ triggerId: "trigger-2", at: noon + 1000, ...place }),
  ];
  const calls = [kept("call-1", 7), kept("call-1", 7)];
  await store.feed([{ ...batchOf(attempts), calls }]);
  expect(await store.keptCall("t1", "call-1")).toEqual({
    value: Buffer.from("bytes of call-1"),
    partition: 2,
    offset: 7,
    timestamp: noon,
  });
  expect(await store.keptCall("t2", "call-1")).toBeNull();
  await forgetAll(store, noon + 500);
  expect(await store.keptCall("t1", "call-1")).not.toBeNull();
  await forgetAll(store, noon + 2000);
  expect(await store.keptCall("t1", "call-1")).toBeNull();
});

test("calls that were kept are gone as soon as a process that keeps none opens the file", async () => {
  const { store, file } = await openStore(undefined, true);
  await store.feed([{ ...batchOf([attemptOf()]), calls: [kept("call-1", 7)] }]);
  await store.close();
  const later = await openStore(file, false);
  expect(await later.store.keptCall("t1", "call-1")).toBeNull();
  expect((await later.store.deliveries({ tenantId: "t1", limit: 1 })).items).toHaveLength(1);
});
