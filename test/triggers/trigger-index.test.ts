import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cdr } from "../../src/cdr/call-ended.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import type { CompiledTrigger } from "../../src/triggers/compile-trigger.ts";
import { TriggerIndex } from "../../src/triggers/trigger-index.ts";
import { when } from "../support/e2e-samples.ts";
import { laterSchema } from "../cdr/call-bytes.ts";
import { anyCdr, conditionOn } from "./any-conditions.ts";
import { compiledBy } from "./compiled-trigger.ts";

const catalog = createFieldCatalog(
  laterSchema(
    { name: "queue", type: ["null", "string"], default: null },
    { name: "callKey", type: ["null", "long"], default: null },
    { name: "vip", type: ["null", "boolean"], default: null },
    { name: "scores", type: { type: "array", items: "int" }, default: [] },
  ),
);

const compiled = (filters: readonly object[], by = catalog): CompiledTrigger =>
  compiledBy(by, filters);

/** Which of the triggers fire, by their places. */
function fired(triggers: readonly CompiledTrigger[], cdr: object, note = (_path: string) => {}) {
  const index = new TriggerIndex(triggers, new Set(), note);
  return index.firedByDecoded({ id: "c1", ...cdr }).map((each) => triggers.indexOf(each));
}

/** Of no call's business; there must be some, or each trigger is simply tried. */
const others = Array.from({ length: 20 }, (_, at) => compiled([when("pbxId", "eq", `pbx-${at}`)]));

describe("the index of a tenant's triggers, asked about a decoded call", () => {
  it("finds just those that fire, in their order, whatever the call", () => {
    const condition = conditionOn(catalog).filter(({ field }) => !field.startsWith("survey"));
    const filters = fc.array(condition, { minLength: 1, maxLength: 3 });
    const triggers = fc.array(filters, { minLength: 5, maxLength: 25 });
    fc.assert(
      fc.property(triggers, fc.array(anyCdr, { minLength: 1, maxLength: 4 }), (each, cdrs) => {
        const all = each.map((filters) => compiled(filters));
        const index = new TriggerIndex(all, new Set(), () => undefined);
        for (const cdr of cdrs as Cdr[]) {
          const wanted = all.filter(({ fires }) => fires(cdr));
          expect(index.firedByDecoded(cdr).map((one) => all.indexOf(one))).toEqual(
            wanted.map((one) => all.indexOf(one)),
          );
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("tries a trigger once, however many values of the call bring it up", () => {
    const tags = compiled([when("recordingIds", "in", "a", "b")]);
    expect(fired([...others, tags], { recordingIds: ["a", "b", "a"] })).toEqual([20]);
  });

  it("finds a range by a number, by one of several, and by one beyond the doubles", () => {
    const between = compiled([when("callKey", "gte", "10"), when("callKey", "lt", "20")]);
    const ranges = Array.from({ length: 30 }, (_, at) =>
      compiled([when("callKey", "gte", String(at)), when("callKey", "lte", String(at + 1))]),
    );
    expect(fired([...others, between], { callKey: 10 })).toEqual([20]);
    expect(fired([...others, between], { callKey: 20 })).toEqual([]);
    expect(fired(ranges, { callKey: 7 })).toEqual([6, 7]);
    const beyond = compiled([when("callKey", "gt", "9007199254740992")]);
    expect(fired([...others, beyond], { callKey: 9007199254740993n })).toEqual([20]);
    const apart = compiled([when("scores", "gte", "10"), when("scores", "lte", "5")]);
    expect(fired([...others, apart], { scores: [1, 12] })).toEqual([20]);
  });

  it("keeps triggers apart that were checked against schemas in which a field is of another type", () => {
    const later = createFieldCatalog(
      laterSchema({ name: "queue", type: ["null", "int"], default: null }),
    );
    const [text, number] = [
      compiled([when("queue", "eq", "7")]),
      compiled([when("queue", "eq", "7")], later),
    ];
    expect(fired([...others, text, number], { queue: "7" })).toEqual([20]);
    expect(fired([...others, text, number], { queue: 7 })).toEqual([21]);
  });

  it("tells of a value of another type, once for the call", () => {
    const told: string[] = [];
    const queues = ["a", "b"].map((name) => compiled([when("queue", "eq", name)]));
    fired([...others, ...queues], { queue: 5 }, (path) => told.push(path));
    expect(told).toEqual(["queue"]);
  });

  it("tries none but those that share their rarest condition with the call", () => {
    let tries = 0;
    const many = Array.from({ length: 1000 }, (_, at) => {
      const one = compiled([when("dir", "eq", "2"), when("queue", "eq", `queue ${at}`)]);
      return { ...one, fires: (cdr: Cdr) => ((tries += 1), one.fires(cdr)) };
    });
    expect(fired(many, { dir: 2, queue: "queue 7" })).toEqual([7]);
    expect(tries).toBe(1);
  });
});
