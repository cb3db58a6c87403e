import { describe, expect, it } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { OnhookError } from "../../src/errors.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import type { StoreEvent, StoreTable } from "../../src/triggers/store-events.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { writeTrigger } from "../../src/triggers/trigger-bytes.ts";
import { createTriggerStore } from "../../src/triggers/trigger-store.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { callEndedSchema, laterSchema } from "../cdr/call-bytes.ts";
import { createFakeClock, settle } from "../support/fake-clock.ts";
import { someTriggerId, triggerInput } from "./trigger-input.ts";

const later = createFieldCatalog(laterSchema({ name: "queue", type: ["null", "string"] }));
const onQueue = triggerInput({ filters: [{ field: "queue", op: "exists" }] });
const never = new AbortController().signal;

function bytesOf(value: unknown): Buffer | null {
  if (value === null || Buffer.isBuffer(value)) return value;
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
}

/** A store whose events are JSON. */
function setUp(refresh: () => unknown = () => undefined) {
  const clock = createFakeClock();
  const events: StoreEvent[] = [];
  const codec = {
    away: false,
    ownBody: (_value: Buffer): Buffer | null => null,
    async decode(value: Buffer | null): Promise<unknown> {
      if (codec.away) throw new OnhookError("REGISTRY_UNREACHABLE", { url: "", problem: "" });
      const text = String(value);
      if (text === "poison")
        throw new OnhookError("AVRO_DECODE", { schemaId: 1, problem: "short" });
      return JSON.parse(text);
    },
  };
  const table = createTriggerTable({
    catalog: createFieldCatalog(callEndedSchema()),
    allowHttp: false,
    onTypeMismatch: () => undefined,
  });
  const store = createTriggerStore({
    table,
    triggers: codec,
    tenants: codec,
    refreshCatalog: async () => void (await refresh()),
    confirmCatalog: async () => undefined,
    clock,
    emit: (event) => void events.push(event),
  });
  const record = (key: string | null, value: unknown, offset: number): LogRecord => ({
    topic: "triggers",
    partition: 0,
    offset,
    timestamp: clock.now(),
    key: key === null ? null : Buffer.from(key),
    value: bytesOf(value),
    headers: {},
  });
  const apply = (table: StoreTable, key: string | null, value: unknown, offset = 0) =>
    store.apply(table, record(key, value, offset));
  const typed = (type: StoreEvent["type"]) => events.filter((event) => event.type === type);
  return { store, table, clock, events, codec, apply, typed };
}

/** Whether a promise has settled, given the time it takes without waiting. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await settle();
  return done;
}

describe("an event of the triggers or tenants", () => {
  it("takes effect, and is told with its offset", async () => {
    const { store, apply, typed } = setUp();
    await apply("triggers", someTriggerId, triggerInput(), 4);
    expect(store.tenant("t1")?.triggers).toHaveLength(1);
    expect(store.trigger(someTriggerId)).toMatchObject({ status: "active" });
    expect(store.triggersOffset).toBe(4);
    expect([...store.all()]).toHaveLength(1);
    await apply("tenants", "t1", { tenantId: "t1", suspended: true }, 7);
    expect(store.tenant("t1")).toBeUndefined();
    expect(store.triggersOffset).toBe(4);
    await apply("triggers", someTriggerId, null, 5);
    expect(store.trigger(someTriggerId)).toBeUndefined();
    expect(typed("store.applied")).toEqual([
      {
        type: "store.applied",
        table: "triggers",
        key: someTriggerId,
        offset: 4,
        result: "applied",
      },
      { type: "store.applied", table: "tenants", key: "t1", offset: 7, result: "applied" },
      {
        type: "store.applied",
        table: "triggers",
        key: someTriggerId,
        offset: 5,
        result: "deleted",
      },
    ]);
  });

  it.each([
    ["has no key", null, triggerInput(), /key/],
    ["can't be decoded", someTriggerId, "poison", /AVRO_DECODE.*short/],
    ["is not valid", someTriggerId, triggerInput({ action: { url: "x" } }), /action\.url/],
    ["has another key than its id", "other", triggerInput(), /triggerId/],
  ])(
    "is refused when it %s, the last valid version stays, and the table goes on",
    async (_, key, value, problem) => {
      const { store, apply, typed } = setUp();
      await apply("triggers", someTriggerId, triggerInput({ name: "good" }), 0);
      await apply("triggers", key, value, 1);
      expect(typed("store.applied").at(-1)).toMatchObject({
        result: "refused",
        problems: [expect.stringMatching(problem)],
      });
      expect(store.trigger(someTriggerId)?.trigger.name).toBe("good");
      expect(store.triggersOffset).toBe(1);
    },
  );

  it("changes the table and what is said of its age in one go", async () => {
    const { store, table, apply } = setUp();
    const ages: number[] = [];
    const take = table.applyTrigger.bind(table);
    table.applyTrigger = (event) => {
      queueMicrotask(() => ages.push(store.triggersOffset));
      return take(event);
    };
    await apply("triggers", someTriggerId, triggerInput(), 4);
    await settle();
    expect(ages).toEqual([4]);
  });

  it("is taken on at once where it is of this version's schema, and refused as any other", async () => {
    const { store, codec, apply, typed } = setUp();
    codec.away = true;
    const written = (changes: object): Buffer => {
      const checked = checkTrigger(triggerInput(changes), { catalog: later, allowHttp: true });
      if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
      return writeTrigger(checked.trigger);
    };
    codec.ownBody = (value) => value;
    expect(apply("triggers", someTriggerId, written({ name: "é" }), 4)).toBeUndefined();
    expect(apply("triggers", someTriggerId, written({ name: "plain" }), 5)).toBeUndefined();
    expect(store.trigger(someTriggerId)).toMatchObject({ offset: 5, trigger: { name: "plain" } });
    expect(apply("triggers", someTriggerId, written(onQueue), 6)).toBeUndefined();
    expect(apply("triggers", someTriggerId, null, 7)).toBeUndefined();
    const results = typed("store.applied").map((event) => "result" in event && event.result);
    expect(results.join(" ")).toBe("applied applied refused deleted");
    codec.away = false;
    await apply("triggers", someTriggerId, "poison", 8);
    expect(typed("store.applied").at(-1)).toMatchObject({
      problems: [expect.stringMatching(/AVRO_DECODE.*short/)],
    });
  });

  it("is not skipped while its schema can't be had", async () => {
    const { store, codec, apply, events } = setUp();
    codec.away = true;
    const applying = apply("triggers", someTriggerId, triggerInput(), 3);
    await expect(applying).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
    expect([store.triggersOffset, events]).toEqual([-1, []]);
    codec.away = false;
    await apply("triggers", someTriggerId, triggerInput(), 3);
    expect(store.triggersOffset).toBe(3);
  });
});

describe("a trigger on a field that is not known yet", () => {
  it("has the registry asked for a later schema of calls, passes by that, and is told as applied then", async () => {
    const { store, apply, typed } = setUp(async () => {
      await settle();
      store.useCatalog(later);
    });
    await apply("triggers", someTriggerId, onQueue, 6);
    await settle();
    expect(typed("store.applied")).toMatchObject([
      { result: "refused" },
      { result: "applied", table: "triggers", key: someTriggerId, offset: 6 },
    ]);
    expect(store.tenant("t1")?.triggers).toHaveLength(1);
  });

  it("holds up no other event while the registry does not answer", async () => {
    const { store, apply } = setUp(() => new Promise<void>(() => undefined));
    await apply("triggers", someTriggerId, onQueue, 0);
    await apply("triggers", someTriggerId, triggerInput(), 1);
    expect(store.triggersOffset).toBe(1);
    expect(store.tenant("t1")?.triggers).toHaveLength(1);
  });

  it("is refused where there is none, and passes when one comes", async () => {
    let asked = 0;
    const { store, apply, typed } = setUp(() => (asked += 1));
    await apply("triggers", someTriggerId, onQueue);
    await apply("triggers", someTriggerId, triggerInput());
    await apply("triggers", someTriggerId, onQueue);
    expect(asked).toBe(2);
    expect(typed("store.applied").at(-1)).toMatchObject({ result: "refused" });
    store.useCatalog(later);
    expect([...(store.tenant("t1")?.cdrFields ?? [])]).toEqual(["queue"]);
    expect(typed("triggers.counted").at(-1)).toMatchObject({ counts: { active: 1, refused: 0 } });
  });
});

describe("the store is caught up", () => {
  it("once both topics were read to their ends, an empty one at once, and stays so", async () => {
    const { store } = setUp();
    const caughtUp = store.whenCaughtUp(never);
    store.position("tenants", 0, 0);
    store.position("triggers", 3, 5);
    expect([store.caughtUp, store.lag("triggers"), await isDone(caughtUp)]).toEqual([
      false,
      2,
      false,
    ]);
    store.position("triggers", 5, 5);
    expect([store.caughtUp, store.lag("triggers"), await isDone(caughtUp)]).toEqual([
      true,
      0,
      true,
    ]);
    store.position("triggers", 5, 9);
    expect([store.caughtUp, store.lag("triggers")]).toEqual([true, 4]);
  });

  it("from when on changes are told with the time they took", async () => {
    const { store, clock, apply, typed } = setUp();
    await apply("triggers", someTriggerId, triggerInput(), 0);
    expect([typed("store.propagated"), typed("triggers.counted")]).toEqual([[], []]);
    store.position("triggers", 1, 1);
    expect(typed("triggers.counted")).toMatchObject([{ counts: { active: 1 } }]);
    const record = { key: Buffer.from(someTriggerId), value: null, headers: {} };
    const at = { topic: "triggers", partition: 0, offset: 1, timestamp: clock.now() };
    await clock.advance(250);
    await store.apply("triggers", { ...at, ...record });
    expect(typed("store.propagated")).toEqual([
      { type: "store.propagated", table: "triggers", seconds: 0.25 },
    ]);
  });

  it("is no longer waited for when that is given up", async () => {
    const { store } = setUp();
    const stop = new AbortController();
    const waiting = store.whenCaughtUp(stop.signal);
    stop.abort();
    expect(await isDone(waiting)).toBe(true);
  });
});

describe("waiting for an offset of the triggers", () => {
  it("ends when the event there was taken on, or everything up to there was read", async () => {
    const { store, apply } = setUp();
    const [fifth, seventh] = [store.reached(5, never), store.reached(7, never)];
    await apply("triggers", someTriggerId, triggerInput(), 5);
    expect([await isDone(fifth), await isDone(seventh)]).toEqual([true, false]);
    store.position("triggers", 8, 8);
    expect(await isDone(seventh)).toBe(true);
    expect(await isDone(store.reached(-1, never))).toBe(true);
    expect(await isDone(store.applied("triggers", 7, never))).toBe(true);
  });

  it("lasts as long as the reader is stuck, which does not know whether there is more", async () => {
    const { store, clock } = setUp();
    store.position("triggers", 3, 3);
    const waiting = store.reached(5, never);
    await clock.advance(600_000);
    expect(await isDone(waiting)).toBe(false);
    store.position("triggers", 3, 4);
    expect(await isDone(waiting)).toBe(false);
  });

  it("ends after ten seconds where the topic was read to its end since: it was made again", async () => {
    const { store, clock } = setUp();
    store.position("triggers", 3, 3);
    const waiting = store.reached(5, never);
    await clock.advance(9999);
    store.position("triggers", 3, 3);
    expect(await isDone(waiting)).toBe(false);
    await clock.advance(1);
    store.position("triggers", 3, 3);
    expect(await isDone(waiting)).toBe(true);
  });

  it("ends when it is given up", async () => {
    const { store } = setUp();
    const stop = new AbortController();
    const waiting = [store.reached(5, stop.signal), store.applied("tenants", 5, stop.signal)];
    stop.abort();
    expect(await isDone(Promise.all(waiting))).toBe(true);
  });
});
