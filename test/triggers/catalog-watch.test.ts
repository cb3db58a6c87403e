import { afterEach, beforeEach, expect, test } from "vitest";
import type { FieldCatalog } from "../../src/cdr/field-catalog.ts";
import { OnhookError } from "../../src/errors.ts";
import { createCatalogWatch } from "../../src/triggers/catalog-watch.ts";
import type { CatalogWatch } from "../../src/triggers/catalog-watch.ts";
import { readSchema } from "../../src/schema-files.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import type { FakeClock } from "../support/fake-clock.ts";

const shipped = readSchema("CallEnded");
const refreshMs = 30_000;

let clock: FakeClock;
let stop: AbortController;
let watch: CatalogWatch;
let running: Promise<void>;
/** What the registry has: the id of its newest schema, or an error. */
let newest: number | Error;
let looks: number;
let told: FieldCatalog[];

beforeEach(async () => {
  [clock, stop, newest, looks, told] = [createFakeClock(), new AbortController(), 1, 0, []];
  watch = createCatalogWatch({
    source: {
      latest: async () => {
        looks += 1;
        if (newest instanceof Error) throw newest;
        return { id: newest, schema: shipped };
      },
    },
    shipped,
    refreshMs,
    clock,
  });
  watch.onChange((catalog) => told.push(catalog));
  await watch.load();
  running = watch.run(stop.signal, stop.signal);
});

afterEach(async () => {
  stop.abort();
  await running;
});

test("loading again gives the newest schema's catalog, be it known already or not", async () => {
  const first = await watch.load();
  expect(await watch.load()).toBe(first);
  newest = 2;
  const second = await watch.load();
  expect(second).not.toBe(first);
  expect(await watch.load()).toBe(second);
});

test("a new schema is told of at the next regular look, and the same one is not", async () => {
  await clock.advance(refreshMs);
  expect(looks).toBe(2);
  expect(told).toHaveLength(0);
  newest = 2;
  await clock.advance(refreshMs);
  expect(told).toHaveLength(1);
});

test("who asks half a second after the last look gets one at once", async () => {
  await clock.advance(500);
  newest = 2;
  await watch.refresh();
  expect(told).toHaveLength(1);
});

test("who asks sooner gets it half a second after the last look, not with the next regular one", async () => {
  await clock.advance(300);
  newest = 2;
  await watch.refresh();
  expect(looks).toBe(1);
  await clock.advance(199);
  expect(told).toHaveLength(0);
  await clock.advance(1);
  expect(told).toHaveLength(1);
});

test("a flood of questions makes two looks a second", async () => {
  for (let tenth = 0; tenth < 50; tenth += 1) {
    await watch.refresh();
    await watch.refresh();
    await clock.advance(100);
  }
  expect(looks).toBeGreaterThan(8);
  expect(looks).toBeLessThanOrEqual(11);
});

test("a registry that fails is asked again, and what is in force stays", async () => {
  newest = new Error("away");
  await clock.advance(2000);
  await watch.refresh();
  expect(told).toHaveLength(0);
  newest = 2;
  await clock.advance(refreshMs);
  expect(told).toHaveLength(1);
});

test("a confirmation waits for a look that begins after it was asked for", async () => {
  let confirmed = 0;
  const confirm = () => void watch.confirm().then(() => (confirmed += 1));
  newest = 2;
  confirm();
  confirm();
  await clock.advance(499);
  expect([confirmed, looks]).toEqual([0, 1]);
  await clock.advance(1);
  expect([confirmed, looks, told.length]).toEqual([2, 2, 1]);
  confirm();
  await clock.advance(500);
  expect([confirmed, looks, told.length]).toEqual([3, 3, 1]);
});

test("a confirmation fails while the registry can't be asked, and does not where its schema is of no use", async () => {
  newest = new OnhookError("REGISTRY_UNREACHABLE", { url: "", problem: "" });
  const failing = watch.confirm().catch((error: unknown) => error);
  await clock.advance(500);
  expect(await failing).toBe(newest);
  newest = new OnhookError("AVRO_SCHEMA", { problem: "" });
  const confirmed = watch.confirm();
  await clock.advance(500);
  await confirmed;
});

test("a schema that is first seen by loading again is told of too", async () => {
  newest = 2;
  await watch.load();
  expect(told).toHaveLength(1);
});
