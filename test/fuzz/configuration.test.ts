import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import type { CallEnded } from "../../src/cdr/call-ended.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { buildRequest } from "../../src/delivery/build-request.ts";
import { buildPayload } from "../../src/delivery/payload.ts";
import { OnhookError } from "../../src/errors.ts";
import { requestTarget } from "../../src/http/request-target.ts";
import type { EventOf } from "../../src/observability/any-event.ts";
import { readSchema } from "../../src/schema-files.ts";
import type { StoreTable } from "../../src/triggers/store-events.ts";
import { createTriggerStore } from "../../src/triggers/trigger-store.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { fuzz, hostile, runs } from "./fuzz.ts";
import { idOf, privateCall, soundTriggers } from "./some-triggers.ts";
import { createWatchedLog, planted } from "./watched-log.ts";

const schemas = {
  get: async (schemaId: number): Promise<never> => {
    throw new OnhookError("SCHEMA_UNKNOWN", { schemaId });
  },
};
const codecs = {
  triggers: createRecordCodec<unknown>({ schema: readSchema("Trigger"), schemaId: 3, schemas }),
  tenants: createRecordCodec<unknown>({ schema: readSchema("Tenant"), schemaId: 4, schemas }),
};

type Decode = (name: StoreTable, value: Buffer | null) => Promise<unknown>;

/** A store that goes on for all of a test, and a trigger that shows that it does. */
function createStore(decode: Decode) {
  const log = createWatchedLog();
  const applied: EventOf<"store.applied">[] = [];
  const store = createTriggerStore({
    table: createTriggerTable({
      catalog: createFieldCatalog(callEndedSchema()),
      allowHttp: false,
      onTypeMismatch: () => undefined,
    }),
    triggers: { decode: (value) => decode("triggers", value) },
    tenants: { decode: (value) => decode("tenants", value) },
    refreshCatalog: async () => undefined,
    confirmCatalog: async () => undefined,
    clock: createFakeClock(),
    emit: (event) => {
      if (event.type === "store.applied") applied.push(event);
      log.emit(event);
    },
  });
  let offset = 0;
  async function apply(name: StoreTable, key: string | null, value: Buffer | null): Promise<void> {
    offset += 1;
    const at = { topic: name, partition: 0, offset, timestamp: 0, headers: {} };
    await store.apply(name, { ...at, key: key === null ? null : Buffer.from(key), value });
    store.position(name, offset + 1, offset + 1);
  }
  /** Every trigger that is in force can be used: conditions asked, a request made. */
  function use(): void {
    for (const tenantId of ["t1", "t2"]) {
      for (const { trigger, fires } of store.tenant(tenantId)?.triggers ?? []) {
        fires(privateCall.cdr);
        const { triggerId, action } = trigger;
        const call = privateCall as unknown as CallEnded;
        const payload = buildPayload({ triggerId, call, customData: action.customData });
        const request = buildRequest({
          payload,
          action,
          jobId: "j",
          attempt: 1,
          timestamp: 1,
          userAgent: "onhook/test",
          trace: null,
        });
        expect(requestTarget(request.url).origin).toMatch(/^https:/);
      }
    }
  }
  function lastApplied(): EventOf<"store.applied"> {
    const [last] = applied.splice(0);
    if (last === undefined) throw new Error("the event was not told of");
    return last;
  }
  return { store, log, apply, use, lastApplied };
}

const probe = idOf(99);
const somebody = { triggerId: probe, tenantId: "t2", action: { url: "https://crm.example.com/" } };

/** Applies what may be anything, then a sound event, which must take effect; a refused one must have changed nothing. */
async function tried(
  { store, log, apply, use, lastApplied }: ReturnType<typeof createStore>,
  event: { readonly name: StoreTable; readonly key: string | null; readonly value: Buffer | null },
  sound: Buffer,
  name: string,
): Promise<"taken" | "refused"> {
  const all = () => new Map([...store.all()].map(({ trigger }) => [trigger.triggerId, trigger]));
  const before = all();
  await apply(event.name, event.key, event.value);
  const { result, key } = lastApplied();
  const after = all();
  // What the event is not about is the very same object as before.
  const ids = new Set([...before.keys(), ...after.keys()]);
  if (result !== "refused" && event.name === "triggers") ids.delete(key);
  expect([...ids].filter((id) => before.get(id) !== after.get(id))).toEqual([]);
  use();
  await apply("triggers", probe, sound);
  expect(store.trigger(probe)?.trigger.name).toBe(name);
  lastApplied();
  expect(log.takeLeaks()).toEqual([]);
  return result === "refused" ? "refused" : "taken";
}

interface SoundEvent {
  readonly name: StoreTable;
  readonly key: string;
  readonly value: object;
}

const soundEvents: readonly SoundEvent[] = [
  ...soundTriggers.map((value) => ({ name: "triggers", key: value.triggerId, value }) as const),
  { name: "tenants", key: "t1", value: { tenantId: "t1", name: planted.name, maxTriggers: 9 } },
  { name: "tenants", key: "t2", value: { tenantId: "t2", suspended: false } },
];

/** Mostly the key that the event should have. */
const keyOf = (key: string): fc.Arbitrary<string | null> =>
  fc.oneof(
    { arbitrary: fc.constant(key), weight: 9 },
    { arbitrary: fc.constantFrom(null, "", "t1", idOf(1), "__proto__"), weight: 1 },
  );

const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    maxDepth: 2,
  }),
  fc.constantFrom(planted.secret, planted.number, "x".repeat(3000), -0, Number.NaN, 2 ** 60),
);

const change = fc.tuple(
  fc.constantFrom(
    "triggerId",
    "tenantId",
    "name",
    "enabled",
    "createdAt",
    "filters",
    "filters.0",
    "filters.0.field",
    "filters.0.op",
    "filters.0.values",
    "filters.0.values.0",
    "filters.0.ignoreCase",
    "action",
    "action.url",
    "action.method",
    "action.format",
    "action.customData",
    "action.customData.note",
    "action.retries",
    "action.secrets",
    "action.secrets.0",
    "maxTriggers",
    "suspended",
    "strange",
  ),
  anything,
);

describe("whatever stands on the topics of triggers and tenants is taken whole or refused, and what comes after it is taken", () => {
  test("as bytes", async () => {
    const all = createStore((name, value) => codecs[name].decode(value));
    const events = fc.constantFrom(...soundEvents).chain(({ name, key, value }) =>
      fc.record({
        name: fc.constant(name),
        key: keyOf(key),
        value: fc.option(hostile(fc.constant(codecs[name].encode(value))), { freq: 30 }),
      }),
    );
    let round = 0;
    const ends = { taken: 0, refused: 0 };
    await fuzz("events of triggers and tenants, bytes", events, async (event) => {
      round += 1;
      const name = `round ${round}`;
      const sound = codecs.triggers.encode({ ...somebody, name });
      ends[await tried(all, event, sound, name)] += 1;
    });
    expect(Math.min(ends.taken, ends.refused)).toBeGreaterThan(runs / 10);
  });

  test("as values", async () => {
    let value: unknown;
    const all = createStore(async () => value);
    const events = fc.constantFrom(...soundEvents).chain(({ name, key, value: sound }) =>
      fc.record({
        name: fc.constant(name),
        key: keyOf(key),
        given: fc.oneof(
          {
            arbitrary: fc.array(change, { maxLength: 3 }).map((changes) => changed(sound, changes)),
            weight: 9,
          },
          { arbitrary: anything, weight: 1 },
        ),
      }),
    );
    const bytes = Buffer.from("not read");
    const apply: typeof all.apply = async (table, key, given) => {
      if (key === probe) value = { ...somebody, name: `round ${round}` };
      await all.apply(table, key, given);
    };
    let round = 0;
    const ends = { taken: 0, refused: 0 };
    await fuzz("events of triggers and tenants, values", events, async ({ given, ...event }) => {
      value = given;
      round += 1;
      const end = await tried(
        { ...all, apply },
        { ...event, value: bytes },
        bytes,
        `round ${round}`,
      );
      ends[end] += 1;
    });
    expect(Math.min(ends.taken, ends.refused)).toBeGreaterThan(runs / 10);
  });
});

/** A copy with other values at these paths; a path that leads nowhere is passed over. */
function changed(base: object, changes: readonly (readonly [string, unknown])[]): unknown {
  const copy = structuredClone(base) as Record<string, unknown>;
  for (const [path, value] of changes) {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    let at: unknown = copy;
    for (const step of steps) at = (at as Record<string, unknown> | null | undefined)?.[step];
    if (typeof at === "object" && at !== null && Object.isExtensible(at) && !ArrayBuffer.isView(at))
      (at as Record<string, unknown>)[last] = value;
  }
  return copy;
}
