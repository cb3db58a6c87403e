import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placesOf, eachItem, firstVersion } from "../../src/audit/plain-places.ts";
import { plainFires } from "../../src/audit/plain-evaluator.ts";
import type { Cdr } from "../../src/cdr/call-ended.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { compileTrigger } from "../../src/triggers/compile-trigger.ts";
import { operators } from "../../src/triggers/trigger.ts";
import { callEndedSchema, laterSchema } from "../cdr/call-bytes.ts";
import { triggerInput } from "../triggers/trigger-input.ts";

/** Fields of every shape that a later version may bring. */
const schema = laterSchema(
  { name: "kind", type: { type: "enum", name: "Kind", symbols: ["a", "b"] } },
  { name: "prices", type: { type: "map", values: ["null", "double"] } },
  { name: "labels", type: { type: "map", values: { type: "array", items: "string" } } },
  { name: "grid", type: { type: "array", items: { type: "array", items: "int" } } },
  {
    name: "legs",
    type: {
      type: "array",
      items: {
        type: "record",
        name: "Leg",
        namespace: "io.onhook.later",
        fields: [
          { name: "kind", type: ["null", "io.onhook.Kind"], default: null },
          { name: "at", type: { type: "string", logicalType: "iso8601-datetime" } },
          { name: "seconds", type: ["int", "double"] },
          { name: "mixed", type: ["null", "int", "string"] },
          { name: "next", type: ["null", "Leg"], default: null },
          { name: "raw", type: "bytes" },
          { name: "notes", type: { type: "array", items: "string" } },
        ],
      },
    },
  },
  { name: "last", type: ["null", "io.onhook.later.Leg"], default: null },
);
const catalog = createFieldCatalog(schema);
const places = placesOf(schema);

const paths = (
  "kind prices.a prices.a.b labels.a grid legs legs.kind legs.at legs.seconds legs.mixed legs.next.at " +
  "legs.next.next.notes legs.raw legs.notes last last.at last.seconds last.notes last.next.kind tags.a prices"
).split(" ");

const wanted: Readonly<Record<string, readonly string[]>> = {
  text: ["a", "b", "", "ab"],
  number: ["0", "1", "-1", "2.5"],
  time: ["2024-05-29T09:37:35+01:00", "2024-06-01T00:00:00Z"],
  boolean: ["true", "false"],
  container: [],
};

const rules = { catalog, allowHttp: false };

const condition = fc
  .constantFrom(...paths)
  .chain((field) =>
    fc.record({
      field: fc.constant(field),
      op: fc.constantFrom(...operators),
      values: fc.subarray([...(wanted[catalog.resolve(field)?.type ?? "text"] ?? [])]),
    }),
  )
  .filter((each) => checkTrigger(triggerInput({ filters: [each] }), rules).ok);

const scalar = fc.constantFrom<unknown>(
  "a",
  "b",
  "",
  "ab",
  0,
  1,
  2.5,
  NaN,
  5n,
  true,
  false,
  null,
  "2024-05-29T08:37:35Z",
  "2024-06-01T00:00:00Z",
  "yesterday",
  Buffer.from("a"),
);

/** Values as the schema has them, and as it has not: each place may hold any of both. */
const { leg, strange } = fc.letrec((tie) => ({
  leg: fc.record({
    kind: fc.oneof(scalar, tie("strange")),
    at: fc.oneof(scalar, tie("strange")),
    seconds: scalar,
    mixed: scalar,
    next: fc.oneof({ maxDepth: 2 }, fc.constant(null), tie("leg")),
    raw: fc.constant(Buffer.from("a")),
    notes: fc.oneof(fc.array(scalar, { maxLength: 2 }), tie("strange")),
  }),
  strange: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.array(tie("strange"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "a.b", "at", "next"), tie("strange"), {
      noNullPrototype: true,
    }),
  ),
}));
const mapOf = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.dictionary(fc.constantFrom("a", "a.b"), values, { noNullPrototype: true });
const scalars = fc.array(scalar, { maxLength: 2 });
const or = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: usual, weight: 5 }, { arbitrary: strange, weight: 1 });
const cdr = fc.record({
  kind: or(scalar),
  prices: or(mapOf(scalar)),
  labels: or(mapOf(or(scalars))),
  grid: or(fc.array(or(scalars), { maxLength: 2 })),
  legs: or(fc.array(or(leg), { maxLength: 2 })),
  last: or(leg),
  tags: or(mapOf(scalar)),
});

describe("the places of a schema's fields", () => {
  it("have the types that the matcher's catalogue gives them, and none that it does not know", () => {
    const strange = [
      "",
      "cdr",
      "nothing",
      "legs.nothing",
      "kind.a",
      "prices.",
      "last.at.x",
      "id.x",
    ];
    const all = [
      ...catalog.paths.map((path) => path.replace("<name>", "a.b")),
      ...paths,
      ...strange,
    ];
    expect(all.map((path) => [path, places(path)?.type])).toEqual(
      all.map((path) => [path, catalog.resolve(path)?.type]),
    );
  });

  it("lead through lists, and end with the items of a list of scalars", () => {
    expect(places("legs.notes")?.steps).toEqual(["legs", eachItem, "notes", eachItem]);
    expect(places("grid")?.steps).toEqual(["grid", eachItem, eachItem]);
    expect(places("labels.a.b")?.steps).toEqual(["labels", "a.b", eachItem]);
    expect(places("legs")?.steps).toEqual(["legs"]);
  });

  it("let the plain evaluator agree with the matcher, whatever the values", () => {
    fc.assert(
      fc.property(condition, cdr, (filter, cdr) => {
        const checked = checkTrigger(triggerInput({ filters: [filter] }), rules);
        if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
        const compiled = compileTrigger(checked.trigger, catalog, () => undefined);
        expect(plainFires([filter], cdr, places)).toBe(compiled.fires(cdr as unknown as Cdr));
      }),
      { numRuns: 5000 },
    );
  });
});

it("the first version's fields, written down by hand, are those of its schema", () => {
  const first = placesOf(callEndedSchema());
  const all = createFieldCatalog(callEndedSchema()).paths.map((path) =>
    path.replace("<name>", "a.b"),
  );
  expect(all.map((path) => [path, firstVersion(path)])).toEqual(
    all.map((path) => [path, first(path)]),
  );
});
