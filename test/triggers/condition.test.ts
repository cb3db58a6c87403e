import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallEnded, Cdr } from "../../src/cdr/call-ended.ts";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { plainFires } from "../../src/audit/plain-evaluator.ts";
import { placesOf } from "../../src/audit/plain-places.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { compileTrigger } from "../../src/triggers/compile-trigger.ts";
import type { CompiledTrigger } from "../../src/triggers/compile-trigger.ts";
import { encoder, laterSchema } from "../cdr/call-bytes.ts";
import { valuesOf } from "../cdr/schema-values.ts";
import { anyCdr, conditionOn } from "./any-conditions.ts";
import { triggerInput } from "./trigger-input.ts";

const schema = laterSchema(
  { name: "queue", type: ["null", "string"], default: null },
  { name: "callKey", type: ["null", "long"], default: null },
  { name: "vip", type: ["null", "boolean"], default: null },
  {
    name: "survey",
    type: [
      "null",
      {
        type: "record",
        name: "Survey",
        fields: [
          { name: "stars", type: ["null", "int"], default: null },
          { name: "notes", type: { type: "array", items: "string" }, default: [] },
        ],
      },
    ],
    default: null,
  },
);
const places = placesOf(schema);
const catalog = createFieldCatalog(schema);
const encode = encoder(schema);
const reader = createCallSchema(7, schema);

function compile(
  conditions: readonly object[],
  onTypeMismatch = (_path: string) => {},
): CompiledTrigger {
  const input = triggerInput({ filters: conditions });
  const checked = checkTrigger(input, { catalog, allowHttp: false });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return compileTrigger(checked.trigger, catalog, onTypeMismatch);
}

function fires(condition: object, cdr: object): { fires: boolean; mismatches: string[] } {
  const mismatches: string[] = [];
  const compiled = compile([condition], (path) => mismatches.push(path));
  return { fires: compiled.fires({ id: "c1", ...cdr }), mismatches };
}

const conditions = fc.array(conditionOn(catalog), { minLength: 1, maxLength: 2 });

describe("the compiled conditions", () => {
  it("agree with the plain evaluator on every call, values of other types included", () => {
    fc.assert(
      fc.property(conditions, anyCdr, (conditions, cdr) => {
        expect(compile(conditions).fires(cdr as Cdr)).toBe(plainFires(conditions, cdr, places));
      }),
      { numRuns: 3000 },
    );
  });

  it("agree with it on calls read from their bytes, of which only the needed fields are decoded", () => {
    const calls = valuesOf(schema) as fc.Arbitrary<CallEnded>;
    fc.assert(
      fc.property(conditions, calls, (conditions, call) => {
        const compiled = compile(conditions);
        const read = reader.scan(encode(call)).project(compiled.cdrFields);
        expect(compiled.fires(read.cdr)).toBe(plainFires(conditions, call.cdr, places));
      }),
      { numRuns: 300 },
    );
  });

  it("are negatives that hold exactly where their positives do not", () => {
    const pairs = { eq: "ne", in: "notIn", localTime: "notLocalTime", exists: "absent" };
    fc.assert(
      fc.property(conditionOn(catalog), anyCdr, (condition, cdr) => {
        const negative = pairs[condition.op as keyof typeof pairs];
        fc.pre(negative !== undefined);
        expect(fires({ ...condition, op: negative }, cdr).fires).toBe(!fires(condition, cdr).fires);
      }),
    );
  });
});

describe("text", () => {
  const on = (op: string, value: string, cliName: string, ignoreCase = false) =>
    fires({ field: "cliName", op, values: [value], ignoreCase }, { cliName }).fires;

  it("is not normalised: an accent as its own character is another text", () => {
    expect(on("eq", "\u00e9", "e\u0301")).toBe(false);
    expect(on("eq", " a", "a")).toBe(false);
  });

  it("is lower-cased on both sides with ignoreCase, in no language", () => {
    expect(on("eq", "i\u0307stanbul", "İSTANBUL", true)).toBe(true);
    expect(on("eq", "istanbul", "İSTANBUL", true)).toBe(false);
    expect(on("contains", "STRASSE", "Hauptstraße", true)).toBe(false);
  });

  it("is never found in half of a character", () => {
    expect(on("prefix", "a", "a\ud83d")).toBe(true);
    expect(on("wildcard", "*😀", "\ud83d😀")).toBe(true);
  });
});

describe("numbers", () => {
  it("of 64 bits differ in their last digit", () => {
    const callKey = 9007199254740993n;
    const on = (op: string, value: string) =>
      fires({ field: "callKey", op, values: [value] }, { callKey }).fires;
    expect(on("eq", "9007199254740993")).toBe(true);
    expect(on("eq", "9.007199254740993e15")).toBe(true);
    expect(on("eq", "9007199254740992")).toBe(false);
    expect(on("gt", "9007199254740992")).toBe(true);
    expect(on("lt", "9007199254740994.5")).toBe(true);
  });

  it("of 64 bits are above or below a fraction that no double can hold", () => {
    const on = (op: string, callKey: bigint, value: string) =>
      fires({ field: "callKey", op, values: [value] }, { callKey }).fires;
    for (const op of ["lt", "lte"]) {
      expect(on(op, 9007199254740994n, "9007199254740994.5")).toBe(true);
      expect(on(op, 9007199254740995n, "9007199254740994.5")).toBe(false);
      expect(on(op, -9007199254740995n, "-9007199254740994.5")).toBe(true);
    }
    for (const op of ["gt", "gte"]) {
      expect(on(op, 9007199254740995n, "9007199254740994.5")).toBe(true);
      expect(on(op, -9007199254740994n, "-9007199254740994.5")).toBe(true);
      expect(on(op, -9007199254740995n, "-9007199254740994.5")).toBe(false);
    }
    expect(on("eq", 9007199254740994n, "9007199254740994.5")).toBe(false);
  });

  it("are doubles otherwise: as near as the CDR's own", () => {
    expect(fires({ field: "rateCost", op: "eq", values: ["0.10"] }, { rateCost: 0.1 }).fires).toBe(
      true,
    );
    expect(fires({ field: "hold", op: "eq", values: ["-0"] }, { hold: 0 }).fires).toBe(true);
  });
});

describe("a value of another type than the trigger was checked against", () => {
  it.each([
    ["cliNum", "eq", ["100"], 100],
    ["dur", "eq", ["100"], "100"],
    ["dur", "gt", ["1"], true],
    ["start", "lt", ["2024-05-29T09:37:35Z"], "yesterday"],
    ["start", "localTime", ["Mon-Sun 00:00-24:00"], 1_716_971_855],
    ["cliNum", "prefix", ["a"], ["a"]],
    ["recordingIds", "in", ["a"], "a"],
    ["survey.stars", "gte", ["1"], "good"],
  ])("%s %s: is false and is told", (field, op, values, value) => {
    const [top = ""] = field.split(".");
    expect(fires({ field, op, values }, { [top]: value })).toEqual({
      fires: false,
      mismatches: [field],
    });
  });

  it("makes a negative hold, and is told", () => {
    expect(fires({ field: "dur", op: "ne", values: ["1"] }, { dur: "1" })).toEqual({
      fires: true,
      mismatches: ["dur"],
    });
  });

  it("exists all the same, which is no mismatch", () => {
    expect(fires({ field: "dur", op: "exists" }, { dur: "1" })).toEqual({
      fires: true,
      mismatches: [],
    });
    const nested = fires({ field: "survey.stars", op: "exists" }, { survey: "good" });
    expect(nested).toEqual({ fires: false, mismatches: [] });
  });

  it("leaves another value of the same field its say", () => {
    const notes = { survey: { notes: [5, "a"] } };
    expect(fires({ field: "survey.notes", op: "eq", values: ["a"] }, notes)).toEqual({
      fires: true,
      mismatches: ["survey.notes"],
    });
  });

  it("is not told of absent fields", () => {
    expect(fires({ field: "dur", op: "eq", values: ["1"] }, { dur: null }).mismatches).toEqual([]);
  });
});

describe("a trigger", () => {
  it("needs the CDR's own fields of its conditions, each once", () => {
    const filters = ["tags.a", "tags.b", "survey.stars", "dur"].map((field) => ({
      field,
      op: "exists",
    }));
    expect(compile(filters).cdrFields).toEqual(new Set(["tags", "survey", "dur"]));
    expect(compile([]).cdrFields.size).toBe(0);
  });
});
