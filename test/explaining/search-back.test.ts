import { expect, test } from "vitest";
import type { CallSource } from "../../src/explaining/find-calls.ts";
import { searchBack } from "../../src/explaining/search-back.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { cpuTime } from "../support/cpu-time.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const schema = callEndedSchema();
const encode = encoder(schema);

function recordOf(tenantId: string, id: string, offset: number): LogRecord {
  const value = encode({ tenantId, id: null, cdr: { id, dur: 111, cliNum: "+447700900111" } });
  const at = { topic: "cdr", partition: 0, offset, timestamp: 1000 };
  return { ...at, key: null, value, headers: {} };
}

/** A topic of one partition; each fetch gives the records of `fetches` that its turn is. */
function sourceOf(fetches: readonly (readonly LogRecord[])[], stop = new AbortController()) {
  const schemas = createCallSchemas({ get: async () => schema }, createFakeClock());
  const end = fetches.flat().length;
  const told = { fetched: 0, decoded: 0 };
  const part = {
    bounds: async () => ({ begin: 0, end }),
    offsetAt: async (time: number) => (time > 1000 ? null : 0),
    async fetch(at: number) {
      const records = fetches[told.fetched] ?? [];
      told.fetched += 1;
      return { records: [...records], next: at + records.length };
    },
    close: async () => undefined,
  };
  const source: CallSource = {
    log: { partitions: async () => 1, source: () => part },
    topic: "cdr",
    schemas: {
      load: async (id) => schemas.load(id),
      peek(id) {
        told.decoded += 1;
        return schemas.peek(id);
      },
    },
    signal: stop.signal,
  };
  return { source, told };
}

// One span, that all of it is looked at once.
const range = { from: 900, to: 1100 };
const wanted = (cdrId: string) => ({ tenantId: "t", cdrId });
const never = (): boolean => false;

test("calls that have the id's letters elsewhere alone are not looked into", async () => {
  const records = Array.from({ length: 100 }, (_, n) => recordOf("t", `c1-${n}`, n));
  const { source, told } = sourceOf([records]);
  expect((await searchBack(source, wanted("c1"), range, never)).found).toBeNull();
  expect(told.decoded).toBe(0);
});

test.each([1, 63, 64, 300, 9000])("a call with an id of %i characters is found", async (length) => {
  const id = "x".repeat(length);
  const { source } = sourceOf([
    [recordOf("u", id, 0), recordOf("t", id, 1), recordOf("t", "y", 2)],
  ]);
  const { found } = await searchBack(source, wanted(id), range, never);
  expect(found?.record.offset).toBe(1);
});

test("a search among calls that all have to be looked into holds nobody up for long", async () => {
  const records = Array.from({ length: 5000 }, (_, n) => recordOf("t", "1", n));
  const { source } = sourceOf([records]);
  let isOver = false;
  let turns = 0;
  const others = (): void => {
    turns += 1;
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  const spent = cpuTime();
  const { found } = await searchBack(source, wanted("1"), range, never);
  const took = spent();
  isOver = true;
  expect(found?.record.offset).toBe(4999);
  expect(took).toBeGreaterThan(16);
  // So often had all else its turn: a slice takes some 8 ms.
  expect(turns).toBeGreaterThanOrEqual(Math.max(1, Math.floor(took / 40)));
});

test("a search that nobody waits for any more ends before the next fetch", async () => {
  const stop = new AbortController();
  const { source, told } = sourceOf(
    Array.from({ length: 50 }, (_, n) => [recordOf("t", `other-${n}`, n)]),
    stop,
  );
  const search = searchBack(source, wanted("c1"), range, () => {
    if (told.fetched === 3) stop.abort();
    return false;
  });
  await expect(search).rejects.toMatchObject({ name: "AbortError" });
  expect(told.fetched).toBe(3);
});
