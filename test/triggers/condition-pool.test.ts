import { describe, expect, it } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { compileTrigger } from "../../src/triggers/compile-trigger.ts";
import { ConditionPool, ConditionPools } from "../../src/triggers/condition-pool.ts";
import type { Condition } from "../../src/triggers/trigger.ts";
import { triggerOf, when } from "../support/e2e-samples.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";

const catalog = createFieldCatalog(callEndedSchema());

const compiledIn = (pool: ConditionPool, ...filters: readonly Condition[]) =>
  compileTrigger(
    triggerOf({ tenantId: "t1", url: "https://example.com/hook", filters }),
    catalog,
    () => undefined,
    pool,
  );

describe("conditions of several triggers", () => {
  it("are one where their content is the same", () => {
    const pool = new ConditionPool();
    const [first, second] = [1, 2].map(() =>
      compiledIn(pool, when("type", "ne", "9"), when("dur", "gte", "5")),
    );
    expect(second?.conditions[0]).toBe(first?.conditions[0]);
    expect(second?.conditions[1]).toBe(first?.conditions[1]);
    expect(second?.fires({ id: "c", type: 2, dur: 5 })).toBe(true);
    expect(second?.fires({ id: "c", type: 9, dur: 5 })).toBe(false);
  });

  const basic = when("ddiNum", "in", "1", "2");
  it.each<[string, Condition]>([
    ["field", { ...basic, field: "cliNum" }],
    ["operator", { ...basic, op: "notIn" }],
    ["values", { ...basic, values: ["1,2"] }],
    ["order of values", { ...basic, values: ["2", "1"] }],
    ["case", { ...basic, ignoreCase: true }],
  ])("are two where they differ in %s", (_, other) => {
    const pool = new ConditionPool();
    const [one, two] = [basic, other].map((each) => compiledIn(pool, each).conditions[0]);
    expect(two).not.toBe(one);
    expect(two?.condition).toEqual(other);
  });

  it("take no memory for ever: what nobody asks for is forgotten, what is asked for is not", () => {
    const pool = new ConditionPool();
    const of = (value: string) => compiledIn(pool, when("ddiNum", "eq", value)).conditions[0];
    const [asked, unasked] = [of("asked"), of("unasked")];
    const askedAgain = new Set([asked]);
    for (let number = 0; number < 10_000; number += 1) {
      of(String(number));
      if (number % 1000 === 0) askedAgain.add(of("asked"));
    }
    expect(askedAgain.size).toBe(1);
    expect(of("unasked")).not.toBe(unasked);
  });

  it("are not kept where they are long, as lists of numbers are that somebody's program writes anew each day", () => {
    const pool = new ConditionPool();
    const numbers = Array.from({ length: 300 }, (_, number) => String(number));
    const of = () => compiledIn(pool, when("ddiNum", "in", ...numbers)).conditions[0];
    expect(of()).not.toBe(of());
    expect(of()?.holds({ id: "c", ddiNum: "99" })).toBe(true);
  });

  it("look at the same set of fields, in whatever order", () => {
    const pool = new ConditionPool();
    const [type, dur] = [when("type", "ne", "9"), when("dur", "gte", "5")];
    const { cdrFields } = compiledIn(pool, type, dur);
    expect(compiledIn(pool, dur, type, dur).cdrFields).toBe(cdrFields);
    expect([...compiledIn(pool, type).cdrFields]).toEqual(["type"]);
  });
});

it("conditions that are compiled by another catalog are others", () => {
  const pools = new ConditionPools();
  const other = createFieldCatalog(callEndedSchema());
  expect(pools.of(catalog)).toBe(pools.of(catalog));
  expect(pools.of(other)).not.toBe(pools.of(catalog));
});
