import * as fc from "fast-check";
import { expect, test } from "vitest";
import { deliveryStates } from "../../src/history/history.ts";
import type { Delivery, DeliveryQuery } from "../../src/history/history.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import { attemptOf, noon, someAttempts } from "../history/attempt-of.ts";
import type { HistoryReader } from "../../src/sqlite/history-reader.ts";
import { allOf, batchOf, foldedOf, openDirectly, openStore } from "./history-under-test.ts";

const hourMs = 3_600_000;

/** What the history has to say, by the plainest way there is. */
function modelOf(attempts: readonly DeliveryAttempt[]): readonly Delivery[] {
  return foldedOf(attempts).map((folded) => {
    const { lastAttempt: _, ...delivery } = folded;
    return delivery;
  });
}

const fits = (query: Partial<DeliveryQuery>, delivery: Delivery): boolean =>
  (["tenantId", "triggerId", "cdrId", "state"] as const).every(
    (name) => query[name] === undefined || query[name] === delivery[name],
  ) &&
  delivery.lastAt >= (query.from ?? 0) &&
  delivery.lastAt < (query.to ?? Infinity);

const byJob = (a: Delivery, b: Delivery): number => (a.jobId < b.jobId ? -1 : 1);

const queries = fc.record(
  {
    tenantId: fc.constantFrom("t1", "t2", "unknown"),
    triggerId: fc.constantFrom("trigger-1", "trigger-2", "unknown"),
    cdrId: fc.constantFrom("call-1", "00000000-0000-4000-8000-000000000001", "unknown"),
    state: fc.constantFrom(...deliveryStates),
    from: fc.constant(noon + hourMs),
    to: fc.constant(noon + 3 * hourMs),
    limit: fc.constantFrom(1, 3, 200),
  },
  { requiredKeys: ["tenantId", "limit"] },
);

test("every list has what it is asked for, the newest first, over all its pages", async () => {
  await fc.assert(
    fc.asyncProperty(
      someAttempts,
      fc.array(queries, { minLength: 8, maxLength: 8 }),
      async (attempts, asked) => {
        using open = openDirectly();
        const { writer, reader } = open;
        writer.feed([batchOf(attempts)]);
        for (const query of asked) {
          const found = await allOf(async (cursor) =>
            reader.deliveries(cursor === undefined ? query : { ...query, cursor }),
          );
          const times = found.map(({ lastAt }) => lastAt);
          expect(times).toEqual(times.toSorted((a, b) => b - a));
          const wanted = modelOf(attempts).filter((delivery) => fits(query, delivery));
          expect(found.toSorted(byJob)).toEqual(wanted.toSorted(byJob));
        }
      },
    ),
    { numRuns: 50 },
  );
});

test("however attempts are dealt out to batches, in whatever order and how often, the same is remembered", () => {
  const dealt = someAttempts.chain((attempts) =>
    fc.tuple(
      fc.constant(attempts),
      fc.shuffledSubarray([...attempts, ...attempts], { minLength: attempts.length * 2 }),
      fc.integer({ min: 1, max: 20 }),
    ),
  );
  fc.assert(
    fc.property(dealt, ([attempts, shuffled, size]) => {
      using open = openDirectly();
      const { writer, reader } = open;
      for (let at = 0; at < shuffled.length; at += size)
        writer.feed([batchOf(shuffled.slice(at, at + size))]);
      for (const tenantId of ["t1", "t2"]) {
        const { items } = reader.deliveries({ tenantId, limit: 200 });
        const wanted = modelOf(attempts).filter((delivery) => delivery.tenantId === tenantId);
        expect(items.toSorted(byJob)).toEqual(wanted.toSorted(byJob));
        for (const { jobId } of items) {
          const found = reader.delivery(tenantId, jobId);
          const made = attempts.filter((attempt) => attempt.jobId === jobId);
          expect(found?.attempts.map(({ at, attempt }) => [at, attempt])).toEqual(
            made
              .map(({ at, attempt }) => [at, attempt])
              .toSorted(([a = 0, b = 0], [c, d]) => a - (c ?? 0) || b - (d ?? 0)),
          );
        }
        expect(talliesOf(reader, tenantId)).toEqual(tallied(attempts, tenantId));
      }
      expect(writer.size().attempts).toBe(attempts.length);
      expect(writer.size().deliveries).toBe(modelOf(attempts).length);
    }),
    { numRuns: 50 },
  );
});

const triggerIds = ["trigger-1", "trigger-2", "trigger-3", "unknown"];

function talliesOf(reader: HistoryReader, tenantId: string): ReadonlyMap<string, number> {
  const found = reader.tallies({ tenantId, triggerIds, from: noon, to: noon + 10 * hourMs });
  return new Map(
    found.flatMap(({ triggerId, hour, counts }) =>
      Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([outcome, count]) => [`${triggerId} ${hour} ${outcome}`, count] as const),
    ),
  );
}

function tallied(
  attempts: readonly DeliveryAttempt[],
  tenantId: string,
): ReadonlyMap<string, number> {
  const groups = Map.groupBy(
    attempts.filter((attempt) => attempt.tenantId === tenantId),
    ({ triggerId, at, outcome }) => `${triggerId} ${at - (at % hourMs)} ${outcome}`,
  );
  return new Map([...groups].map(([key, { length }]) => [key, length]));
}

test("a delivery has every property of its attempts, and is nobody's but its tenant's", async () => {
  const { store } = await openStore();
  const first = attemptOf({
    outcome: "failed",
    reason: "status",
    status: 503,
    error: "the answer was 503",
    nextAttemptAt: noon + 2000,
  });
  const second = attemptOf({ attempt: 2, at: noon + 2000 });
  await store.feed([batchOf([second, first])]);
  const found = await store.delivery("t1", first.jobId);
  expect(found?.attempts).toEqual([first, second]);
  expect(found?.delivery).toMatchObject({ state: "delivered", attempts: 2, host: first.host });
  expect(await store.delivery("t2", first.jobId)).toBeNull();
  expect(await store.delivery("t1", "0a5c7a1e-0a5f-5b8c-9a53-0f6d3a0c1111")).toBeNull();
});

test("pages that are read one after the other repeat nothing and leave out nothing that was there, while more comes in", async () => {
  const { store } = await openStore();
  const old = Array.from({ length: 20 }, (_, number) =>
    attemptOf({ cdrId: `call-${number}`, at: noon + Math.floor(number / 4) }),
  );
  await store.feed([batchOf(old)]);
  let number = 100;
  const found = await allOf(async (cursor) => {
    const page = await store.deliveries({ tenantId: "t1", limit: 3, ...(cursor && { cursor }) });
    number += 1;
    await store.feed([batchOf([attemptOf({ cdrId: `call-${number}`, at: noon + number })])]);
    return page;
  });
  expect(found.map(({ cdrId }) => cdrId).toSorted()).toEqual(
    old.map(({ cdrId }) => cdrId).toSorted(),
  );
});

test("a cursor of another list, or of none, is refused", async () => {
  const { store, told } = await openStore();
  const some = [1, 2, 3].map((number) => attemptOf({ cdrId: `call-${number}`, at: noon + number }));
  await store.feed([batchOf(some)]);
  const { nextCursor } = await store.deliveries({ tenantId: "t1", limit: 1 });
  const cursor = nextCursor ?? "";
  const wrong = [
    { tenantId: "t2", limit: 1, cursor },
    { tenantId: "t1", limit: 1, cursor, state: "dead" as const },
    { tenantId: "t1", limit: 1, cursor: `${cursor}=` },
    { tenantId: "t1", limit: 1, cursor: cursor.slice(1) },
    { tenantId: "t1", limit: 1, cursor: "" },
    { tenantId: "t1", limit: 1, cursor: "' OR 1=1 --" },
  ];
  for (const query of wrong)
    await expect(store.deliveries(query)).rejects.toMatchObject({ code: "CURSOR_INVALID" });
  await expect(store.changes({ tenantId: "t1", limit: 1, cursor })).rejects.toMatchObject({
    code: "CURSOR_INVALID",
  });
  expect(told.filter(({ type }) => type === "history.query-failed")).toEqual([]);
  expect((await store.deliveries({ tenantId: "t1", limit: 2, cursor })).items).toHaveLength(2);
});

test("ids that try to be SQL are ids", async () => {
  const { store } = await openStore();
  const hostile = "x'); DROP TABLE deliveries; --";
  const attempt = attemptOf({ tenantId: hostile, cdrId: hostile, triggerId: hostile });
  await store.feed([batchOf([attempt])]);
  const { items } = await store.deliveries({
    tenantId: hostile,
    cdrId: hostile,
    triggerId: hostile,
    limit: 10,
  });
  expect(items.map(({ cdrId }) => cdrId)).toEqual([hostile]);
});

test("jobs and calls are found in every part of a large history, also after it was opened again", async () => {
  const { store, file } = await openStore();
  const count = 70_000;
  const of = (number: number, attempt = 1): DeliveryAttempt =>
    attemptOf({ cdrId: `call-${number}`, at: noon + number + attempt * 1_000_000, attempt });
  for (let from = 0; from < count; from += 5000)
    await store.feed([batchOf(Array.from({ length: 5000 }, (_, each) => of(from + each)))]);
  await store.close();
  const again = await openStore(file);
  const some = [0, 1, 32_766, 32_767, 32_768, 65_535, 65_536, count - 1];
  await again.store.feed([batchOf(some.flatMap((number) => [of(number), of(number, 2)]))]);
  expect(again.store.size).toMatchObject({ deliveries: count, attempts: count + some.length });
  for (const number of some) {
    const { jobId, cdrId } = of(number);
    expect((await again.store.delivery("t1", jobId))?.attempts).toHaveLength(2);
    const { items } = await again.store.deliveries({ tenantId: "t1", cdrId, limit: 10 });
    expect(items.map((delivery) => [delivery.jobId, delivery.attempts])).toEqual([[jobId, 2]]);
  }
  await again.store.feed([batchOf([of(count)])]);
  expect(again.store.size.deliveries).toBe(count + 1);
});
