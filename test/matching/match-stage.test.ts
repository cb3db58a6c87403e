import { describe, expect, it } from "vitest";
import type { CallSchema } from "../../src/cdr/call-schema.ts";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import { OnhookError } from "../../src/errors.ts";
import type { MatchEvent } from "../../src/matching/match-events.ts";
import { createMatchStage } from "../../src/matching/match-stage.ts";
import type { MatchStageDeps } from "../../src/matching/match-stage.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { createFakeClock, settle } from "../support/fake-clock.ts";

/** The largest record. */
const most = 1_000_000;

const at = { topic: "onhook.cdr", partition: 0 };

function batchOf(...values: readonly (Buffer | null)[]) {
  const { topic, partition } = at;
  const rest = { timestamp: 0, key: null, headers: {} };
  const records = values.map((value, offset) =>
    Object.assign({ topic, partition, offset, value }, rest),
  );
  return { topic, partition, records };
}

const call = (schemaId: number) =>
  encoder(callEndedSchema(), schemaId)({ tenantId: "t1", id: null, cdr: { id: "c" } });

function setUp(changes: Partial<MatchStageDeps> = {}) {
  const events: MatchEvent[] = [];
  const loaded: number[] = [];
  const known = new Map<number, CallSchema>();
  const stage = createMatchStage({
    schemas: {
      peek: (id) => known.get(id),
      async load(id) {
        loaded.push(id);
        if (id < 100) known.set(id, createCallSchema(id, callEndedSchema()));
      },
    },
    triggers: { tenant: () => undefined, triggersOffset: -1 },
    encodeJob: () => Buffer.from("job"),
    takeTypeMismatches: () => new Map(),
    topics: { jobs: "jobs", invalid: "invalid" },
    clock: createFakeClock(),
    emit: (event) => void events.push(event),
    ...changes,
  });
  return { stage, events, loaded };
}

describe("a batch", () => {
  it("has each schema that it needs loaded once, before it is matched", async () => {
    const { stage, loaded } = setUp();
    const values = [call(7), call(8), call(7), null, Buffer.from("x"), Buffer.of(0)];
    await stage.transform(batchOf(...values), most);
    expect(loaded).toEqual([7, 8]);
  });

  it("has those loaded, too, that are only reached once others are known, since calls that fire nothing take no room", async () => {
    const { stage, loaded } = setUp();
    const large = encoder(callEndedSchema(), 7);
    const id = "x".repeat(2000);
    const value = large({ tenantId: "t1", id: null, cdr: { id } });
    // More than is held of output at a time, as long as all of these are taken for invalid.
    const values = [...Array.from({ length: 10_000 }, () => value), call(8)];
    const { consumed, records } = await stage.transform(batchOf(...values), most);
    expect(loaded).toEqual([7, 8]);
    expect({ consumed, records }).toEqual({ consumed: 10_001, records: [] });
  });

  it("has its schemas loaded a few at a time, and no more once one can't be had", async () => {
    const answers: (() => void)[] = [];
    let fails = false;
    const load = async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      answers.push(resolve);
      await promise;
      if (fails) throw new OnhookError("REGISTRY_UNREACHABLE", { url: "", problem: "" });
    };
    const { stage } = setUp({ schemas: { peek: () => undefined, load } });
    const values = Array.from({ length: 100 }, (_, id) => Buffer.of(0, 0, 0, 1, id));
    const transforming = Promise.allSettled([stage.transform(batchOf(...values), most)]);
    await settle();
    expect(answers).toHaveLength(16);
    for (const answer of answers.slice(0, 16)) answer();
    await settle();
    expect(answers).toHaveLength(32);
    fails = true;
    for (const answer of answers) answer();
    await settle();
    expect(answers).toHaveLength(32);
    expect(await transforming).toMatchObject([{ reason: { code: "REGISTRY_UNREACHABLE" } }]);
  });

  it("is rejected whole while a schema can't be had, to be tried again", async () => {
    const load = async () => {
      throw new OnhookError("REGISTRY_UNREACHABLE", { url: "", problem: "" });
    };
    const { stage, events } = setUp({ schemas: { peek: () => undefined, load } });
    await expect(stage.transform(batchOf(call(7)), most)).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
    });
    expect(events).toEqual([]);
  });

  it("is told of when it is committed, and not before", async () => {
    const mismatches = new Map([["dur", 3]]);
    const { stage, events } = setUp({ takeTypeMismatches: () => mismatches });
    const output = await stage.transform(batchOf(call(7), null, call(100), null), most);
    expect(output.records.map(({ topic }) => topic)).toEqual(["invalid", "invalid", "invalid"]);
    expect(events).toEqual([]);
    output.committed();
    expect(events).toEqual([
      {
        type: "cdr.batch-matched",
        ...at,
        calls: 4,
        matched: 0,
        jobs: 0,
        invalid: 3,
        durationMs: 0,
      },
      { type: "match.type-mismatch", field: "dur", count: 3 },
      { type: "cdr.invalid", ...at, offset: 1, count: 2, reason: "WIRE_FORMAT" },
      { type: "cdr.invalid", ...at, offset: 2, count: 1, reason: "SCHEMA_UNKNOWN" },
    ]);
  });
});

describe("the calls of a batch", () => {
  it("are counted by tenant where that is asked for, those in quarantine left out", async () => {
    const counted = setUp({ countsTenants: true });
    const of = (tenantId: string) =>
      encoder(callEndedSchema(), 7)({ tenantId, id: null, cdr: { id: "c" } });
    const batch = batchOf(of("t1"), of("t2"), null, of("t1"));
    (await counted.stage.transform(batch, most)).committed();
    const told = counted.events.find(({ type }) => type === "cdr.tenants-counted");
    const tenants = new Map([
      ["t1", { matched: 0, unmatched: 2 }],
      ["t2", { matched: 0, unmatched: 1 }],
    ]);
    expect(told).toEqual({ type: "cdr.tenants-counted", tenants });

    const uncounted = setUp();
    (await uncounted.stage.transform(batch, most)).committed();
    expect(uncounted.events.map(({ type }) => type)).toEqual(["cdr.batch-matched", "cdr.invalid"]);
  });
});
