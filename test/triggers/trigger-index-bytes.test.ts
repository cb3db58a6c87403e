import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import type { CompiledTrigger } from "../../src/triggers/compile-trigger.ts";
import { ConditionPool } from "../../src/triggers/condition-pool.ts";
import { TriggerIndex } from "../../src/triggers/trigger-index.ts";
import { when } from "../support/e2e-samples.ts";
import { encoder, laterSchema } from "../cdr/call-bytes.ts";
import { callText, conditionOn } from "./any-conditions.ts";
import { compiledBy } from "./compiled-trigger.ts";

const more = (queue: unknown, callKey: unknown) =>
  laterSchema(
    { name: "queue", type: queue, default: null },
    { name: "callKey", type: callKey, default: null },
    { name: "vip", type: ["null", "boolean"], default: null },
  );
const schema = more(["null", "string"], ["null", "long"]);
const catalog = createFieldCatalog(schema);

const compiled = (filters: readonly object[], note?: (path: string) => void): CompiledTrigger =>
  compiledBy(catalog, filters, note);

function indexOf(triggers: readonly CompiledTrigger[], note = (_path: string) => {}) {
  const fields = new Set(triggers.flatMap(({ cdrFields }) => [...cdrFields]));
  return { index: new TriggerIndex(triggers, fields, note), fields };
}

/** What a writer's schema makes of a call, and its reader. */
function writerOf(of: unknown) {
  const [encode, reader] = [encoder(of), createCallSchema(7, of)];
  return (cdr: object) => reader.scan(encode({ tenantId: "t1", id: null, cdr }));
}

const maybe = (each: fc.Arbitrary<unknown>) => fc.option(each, { freq: 6, nil: null });
const safe = [0, 1, 10, -1, 2 ** 33, 9007199254740991];
const longs = fc.constantFrom<unknown>(...safe, 9007199254740993n, 9007199254740992n, -(2n ** 63n));
const cdrs = fc.record({
  id: callText,
  cliNum: maybe(callText),
  cliName: maybe(callText),
  queue: maybe(callText),
  recordingIds: maybe(fc.array(callText, { maxLength: 2 })),
  dur: maybe(fc.constantFrom(0, 1, 10, -1, 2 ** 31 - 1)),
  rateCost: maybe(fc.constantFrom(0, -0, 1, 10, 0.1, 1e-7, 1e300, NaN, Infinity)),
  callKey: maybe(longs),
  vip: maybe(fc.boolean()),
});
const condition = conditionOn(catalog).filter(
  ({ field }) => !field.startsWith("survey") && !field.startsWith("tags") && field !== "start",
);

describe("the index of a tenant's triggers, asked about the bytes of a call", () => {
  const scan = writerOf(schema);

  it("finds just those that fire, in their order, whatever the call", () => {
    const filters = fc.array(condition, { minLength: 1, maxLength: 3 });
    const triggers = fc.array(filters, { minLength: 1, maxLength: 25 });
    let found = 0;
    fc.assert(
      fc.property(triggers, fc.array(cdrs, { minLength: 1, maxLength: 4 }), (each, calls) => {
        const all = each.map((filters) => compiled(filters));
        const { index, fields } = indexOf(all);
        for (const cdr of calls) {
          const decoded = scan(cdr).project(fields).cdr;
          const wanted = all.filter(({ fires }) => fires(decoded));
          found += wanted.length;
          expect(index.firedBy(scan(cdr)).map((one) => all.indexOf(one))).toEqual(
            wanted.map((one) => all.indexOf(one)),
          );
        }
      }),
      { numRuns: 2000 },
    );
    expect(found).toBeGreaterThan(1000);
  });

  it("tries each of a few that it finds on fields of its own, though they share conditions", () => {
    const [texts, numbers] = [fc.constantFrom("a", "b"), fc.constantFrom(0, 1)];
    const oneOf = fc.oneof(
      fc.tuple(fc.constantFrom("cliNum", "cliName", "queue"), texts),
      fc.tuple(fc.constantFrom("dur", "callKey"), numbers.map(String)),
    );
    const filters = fc.array(
      oneOf.map(([field, value]) => when(field, "eq", value)),
      { minLength: 1, maxLength: 3 },
    );
    const [text, count] = [maybe(texts), maybe(numbers)];
    const call = fc.record({ id: text, cliNum: text, cliName: text, queue: text, dur: count });
    const calls = fc.array(call, { minLength: 1, maxLength: 4 });
    const pool = new ConditionPool();
    let firedTogether = 0;
    fc.assert(
      fc.property(fc.array(filters, { minLength: 1, maxLength: 3 }), calls, (each, some) => {
        const all = each.map((one) => compiledBy(catalog, one, undefined, pool));
        const { index, fields } = indexOf(all);
        for (const cdr of some) {
          const whole = { ...cdr, id: "c1", callKey: cdr.id === "a" ? 1 : 0 };
          const decoded = scan(whole).project(fields).cdr;
          const wanted = all.filter(({ fires }) => fires(decoded));
          if (new Set(wanted.map(({ cdrFields }) => cdrFields)).size > 1) firedTogether += 1;
          expect(index.firedBy(scan(whole))).toEqual(wanted);
        }
      }),
      { numRuns: 2000 },
    );
    expect(firedTogether).toBeGreaterThan(100);
  });

  it("decodes nothing of a call that has none of the values", () => {
    const { index, fields } = indexOf([
      compiled([when("cliName", "eq", "Ann"), when("dir", "eq", "2")]),
      compiled([when("cliNum", "prefix", "+44", "+4420")]),
      compiled([when("dur", "gte", "60"), when("dur", "lt", "120")]),
      compiled([when("callKey", "in", "7", "8")]),
    ]);
    const project = vi.fn<(of: object) => void>();
    const fired = (cdr: object) => {
      const call = scan({ id: "c1", ...cdr });
      const own = call.project.bind(call);
      call.project = (of) => (project(of), own(of));
      const count = index.firedBy(call).length;
      call.project = own;
      return count;
    };
    expect(fired({ cliName: "An", cliNum: "+4", dur: 121, callKey: 9 })).toBe(0);
    expect(fired({ cliName: null, cliNum: null, dur: null, callKey: null })).toBe(0);
    expect(project).not.toHaveBeenCalled();
    expect(fired({ cliName: "Ann", dir: 2, cliNum: "+44201", dur: 60, callKey: 8 })).toBe(4);
    expect(project).toHaveBeenCalledExactlyOnceWith(fields);
  });

  it("tells a text from the begin of a longer one, and one field's from another's", () => {
    const { index } = indexOf([
      compiled([when("cliName", "eq", "abc")]),
      compiled([when("cliName", "prefix", "abc")]),
      compiled([when("queue", "eq", "abc")]),
      compiled([when("queue", "prefix", "")]),
    ]);
    const fired = (cdr: object) => index.firedBy(scan({ id: "c1", ...cdr })).length;
    expect([
      fired({ cliName: "abcd" }),
      fired({ cliName: "abc" }),
      fired({ cliName: "ab" }),
    ]).toEqual([1, 2, 0]);
    expect([fired({ queue: "abc" }), fired({ queue: "x" }), fired({ queue: "" })]).toEqual([
      2, 1, 1,
    ]);
  });

  it("decodes where the writer has a field in another form, and tells of values of another type", () => {
    const told: string[] = [];
    const note = (path: string) => void told.push(path);
    const triggers = [
      compiled([when("queue", "eq", "sales")], note),
      compiled([when("callKey", "gte", "5")], note),
    ];
    const { index } = indexOf(triggers, note);
    const symbols = ["sales", "help"];
    const chosen = writerOf(
      more(["null", { type: "enum", name: "Queue", symbols }], ["null", "int"]),
    );
    expect(index.firedBy(chosen({ id: "c1", queue: "sales", callKey: 5 }))).toEqual(triggers);
    expect(index.firedBy(chosen({ id: "c1", queue: "help", callKey: 4 }))).toEqual([]);
    const number = writerOf(more(["null", "int"], ["null", "double"]));
    expect(index.firedBy(number({ id: "c1", queue: 5, callKey: 5.5 }))).toEqual([triggers[1]]);
    expect(told).toEqual(["queue"]);
    // And back to the form that it knows.
    expect(index.firedBy(scan({ id: "c1", queue: "sales", callKey: 1 }))).toEqual([triggers[0]]);
  });

  it("does without a field that the writer's version does not have", () => {
    const { index } = indexOf([
      compiled([when("queue", "eq", "a")]),
      compiled([when("dur", "eq", "1")]),
    ]);
    const earlier = writerOf(laterSchema());
    expect(index.firedBy(earlier({ id: "c1", dur: 1 }))).toHaveLength(1);
  });

  it("reads numbers and lengths that are written in more bytes than they need", () => {
    const plain = {
      type: "record",
      name: "CallEnded",
      fields: [
        { name: "tenantId", type: "string" },
        {
          name: "cdr",
          type: {
            type: "record",
            name: "Cdr",
            fields: [
              { name: "id", type: "string" },
              { name: "cliName", type: ["null", "string"] },
            ],
          },
        },
      ],
    };
    const reader = createCallSchema(7, plain);
    const { index } = indexOf([compiled([when("cliName", "eq", "a")])]);
    const fired = (...cliName: number[]) => {
      // Behind the header the tenant "t" and the id "c".
      const call = Buffer.from([0, 0, 0, 0, 7, 2, 0x74, 2, 0x63, ...cliName]);
      return index.firedBy(reader.scan(call)).length;
    };
    expect(fired(2, 2, 0x61)).toBe(1);
    expect(fired(0x82, 0, 2, 0x61)).toBe(1);
    expect(fired(2, 0x82, 0, 0x61)).toBe(1);
    expect(fired(0x80, 0)).toBe(0);
  });

  it("takes bytes that are no UTF-8 for what they decode to", () => {
    const { index } = indexOf([compiled([when("cliName", "eq", "a\uFFFD")])]);
    const call = scan({ id: "c1", cliName: "ab" });
    const at = call.value.indexOf("ab");
    call.value[at + 1] = 0xff;
    expect(index.firedBy(call)).toHaveLength(1);
  });
});
