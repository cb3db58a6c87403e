import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { RecentCall } from "../../src/history/recent-calls.ts";
import { RecentWindow } from "../../src/history/recent-window.ts";

const now = Date.UTC(2026, 5, 1, 12);
const hourMs = 3_600_000;

const call = (given: Partial<RecentCall> = {}): RecentCall => ({
  tenantId: "t1",
  cdrId: "c1",
  value: Buffer.from("bytes"),
  partition: 0,
  offset: 0,
  timestamp: now,
  ...given,
});

const windowOf = (callsPerTenant: number, maxBytes = 1e9): RecentWindow =>
  new RecentWindow({ callsPerTenant, maxBytes, maxAgeMs: 24 * hourMs });

const order = (a: RecentCall, b: RecentCall): number =>
  b.timestamp - a.timestamp || b.partition - a.partition || b.offset - a.offset;

const someCalls = fc
  .uniqueArray(
    fc.record({
      tenantId: fc.constantFrom("t1", "t2", "t3"),
      timestamp: fc.integer({ min: 0, max: 40 }).map((minutes) => now - minutes * 60_000),
      partition: fc.integer({ min: 0, max: 2 }),
      offset: fc.integer({ min: 0, max: 100 }),
    }),
    { selector: ({ partition, offset }) => `${partition}/${offset}`, maxLength: 80 },
  )
  .map((all) =>
    all.map((each) =>
      call({
        ...each,
        cdrId: `${each.partition}/${each.offset}`,
        value: Buffer.from(`call ${each.partition}/${each.offset}`),
      }),
    ),
  );

test("each tenant has its last calls, the newest first, in whatever order they came", () => {
  fc.assert(
    fc.property(someCalls, fc.integer({ min: 1, max: 10 }), (calls, callsPerTenant) => {
      const window = windowOf(callsPerTenant);
      for (const each of calls) window.add(each, now);
      for (const tenantId of ["t1", "t2", "t3", "unknown"]) {
        const wanted = calls
          .filter((each) => each.tenantId === tenantId)
          .toSorted(order)
          .slice(0, callsPerTenant);
        expect(window.newest(tenantId, 1000)).toEqual(wanted);
        for (const each of wanted) expect(window.find(tenantId, each.cdrId)).toEqual(each);
      }
    }),
  );
});

test("pages go on from a place, also from one whose call is gone", () => {
  fc.assert(
    fc.property(someCalls, (calls) => {
      const window = windowOf(1000);
      for (const each of calls) window.add(each, now);
      const found: RecentCall[] = [];
      for (let page = window.newest("t1", 3); page.length > 0;) {
        found.push(...page);
        page = window.newest("t1", 3, page.at(-1));
      }
      expect(found).toEqual(window.newest("t1", 1000));
    }),
  );
  const window = windowOf(2);
  for (const offset of [1, 2, 3]) window.add(call({ offset, timestamp: now + offset }), now);
  const between = { timestamp: now + 2, partition: 0, offset: 9 };
  expect(window.newest("t1", 10, between).map(({ offset }) => offset)).toEqual([2]);
});

test("no more memory is taken than may be: of all tenants the oldest goes, within a minute", () => {
  fc.assert(
    fc.property(someCalls, (calls) => {
      const window = windowOf(1000, 5 * 210);
      for (const each of calls) window.add(each, now);
      expect(window.size.bytes).toBeLessThanOrEqual(5 * 210);
      const left = ["t1", "t2", "t3"].flatMap((tenantId) => window.newest(tenantId, 1000));
      expect(window.size.calls).toBe(left.length);
      const oldestLeft = Math.min(...left.map(({ timestamp }) => timestamp));
      const kept = new Set(left.map(({ cdrId }) => cdrId));
      const gone = calls.filter(({ cdrId }) => !kept.has(cdrId));
      for (const each of gone) expect(each.timestamp).toBeLessThanOrEqual(oldestLeft + 59_999);
    }),
  );
});

test("what is forgotten leaves nothing behind: the same calls come and go without the window growing", () => {
  const window = windowOf(3, 20 * 300);
  for (let n = 0; n < 20_000; n += 1)
    window.add(
      call({ tenantId: `t${n % 50}`, offset: n, timestamp: now + n * 1000 }),
      now + n * 1000,
    );
  expect(window.size.calls).toBeLessThanOrEqual(30);
  expect(window.newest("t49", 10)[0]?.offset).toBe(19_999);
  expect(window.newest("t0", 10).length + window.newest("t10", 10).length).toBeLessThanOrEqual(6);
});

test("calls are forgotten for their age, also those of a tenant that has no new ones", () => {
  const window = windowOf(10);
  window.add(call({ tenantId: "quiet", timestamp: now }), now);
  window.add(call({ offset: 1, timestamp: now + 25 * hourMs }), now + 25 * hourMs);
  expect(window.newest("quiet", 10)).toEqual([]);
  window.add(call({ offset: 2, timestamp: now }), now + 25 * hourMs);
  expect(window.newest("t1", 10).map(({ offset }) => offset)).toEqual([1]);
});

test("a call that is read twice is there once, and its bytes are the window's own", () => {
  const window = windowOf(10);
  const value = Buffer.from("bytes");
  for (let n = 0; n < 2; n += 1) window.add(call({ value }), now);
  value.fill(0);
  expect(window.newest("t1", 10).map((each) => String(each.value))).toEqual(["bytes"]);
});

test("with 0 calls of each tenant none is held", () => {
  const window = windowOf(0);
  window.add(call(), now);
  expect(window.newest("t1", 10)).toEqual([]);
  expect(window.size).toEqual({ calls: 0, bytes: 0 });
});

test("of calls of one id the newest is found, as long as there is one", () => {
  fc.assert(
    fc.property(someCalls, fc.integer({ min: 1, max: 10 }), (calls, callsPerTenant) => {
      const window = windowOf(callsPerTenant, 12 * 210);
      for (const each of calls) window.add({ ...each, cdrId: `c${each.offset % 3}` }, now);
      for (const tenantId of ["t1", "t2", "t3"])
        for (const cdrId of ["c0", "c1", "c2"]) {
          const wanted = window.newest(tenantId, 1000).find((each) => each.cdrId === cdrId);
          expect(window.find(tenantId, cdrId)).toEqual(wanted);
        }
    }),
  );
});

test("to find a call does not take longer among many", () => {
  const window = windowOf(100_000);
  let found = 0;
  for (let offset = 0; offset < 100_000; offset += 1)
    window.add(call({ cdrId: `c${offset}`, offset, timestamp: now + offset }), now);
  const begin = performance.now();
  for (let n = 0; n < 20_000; n += 1) if (window.find("t1", `c${n}`)?.offset === n) found += 1;
  expect(found).toBe(20_000);
  // To look through them all would compare some 1,800,000,000 ids, which takes minutes where it takes milliseconds so.
  expect(performance.now() - begin).toBeLessThan(10_000);
});
