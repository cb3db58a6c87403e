import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cdr } from "../../src/cdr/call-ended.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { misfit, misplaced } from "../../src/cdr/field-visit.ts";
import { callEndedSchema, cdrSchemaOf, laterSchema } from "./call-bytes.ts";

const catalog = createFieldCatalog(callEndedSchema());

const survey = {
  type: "record",
  name: "Survey",
  fields: [
    { name: "stars", type: ["null", "int"] },
    { name: "done", type: { type: "string", logicalType: "iso8601-datetime" } },
    { name: "answers", type: { type: "map", values: ["null", "string"] } },
    { name: "again", type: ["null", "Survey"] },
  ],
};
const later = createFieldCatalog(
  laterSchema(
    { name: "queue", type: ["null", { type: "enum", name: "Queue", symbols: ["A", "B"] }] },
    { name: "callKey", type: ["null", "long"] },
    { name: "vip", type: "boolean" },
    { name: "hash", type: { type: "fixed", name: "Hash", size: 4 } },
    { name: "odd", type: ["null", "int", "string"] },
    { name: "figure", type: ["null", "long", "double"] },
    { name: "survey", type: ["null", survey] },
    { name: "grid", type: { type: "array", items: { type: "array", items: "int" } } },
    { name: "lists", type: { type: "map", values: { type: "array", items: "string" } } },
    { name: "maps", type: { type: "array", items: { type: "map", values: "string" } } },
    { name: "byName", type: { type: "map", values: "Survey" } },
  ),
);

function typeOf(path: string): string | undefined {
  return later.resolve(path)?.type;
}

function valuesOf(path: string, cdr: object): unknown[] | undefined {
  return later.resolve(path)?.values({ id: "c1", ...cdr });
}

describe("the fields of the first schema version", () => {
  it("are every property of the CDR, of a directory match and of its fields, and tags by name", () => {
    const properties = cdrSchemaOf(callEndedSchema()).fields.map(({ name }) => name);
    const match = ["dirName", "dirId", "dirType", "contactId", "fields"];
    expect(catalog.paths).toEqual(expect.arrayContaining(properties));
    expect(catalog.paths).toEqual(
      expect.arrayContaining(match.map((name) => `directoryMatches.${name}`)),
    );
    expect(catalog.paths).toContain("directoryMatches.fields.field10");
    expect(catalog.paths).toContain("tags.<name>");
    expect(catalog.paths).toHaveLength(properties.length + match.length + 20 + 1);
  });

  it("have the types of the specification's table", () => {
    const type = (path: string) => catalog.resolve(path)?.type;
    expect(["start", "answer", "end"].map(type)).toEqual(["time", "time", "time"]);
    expect(["dur", "hasRec", "rateCost", "sVer"].map(type)).toEqual(Array(4).fill("number"));
    expect(["id", "cliNum", "recordingIds", "tags.A"].map(type)).toEqual(Array(4).fill("text"));
    expect(["tags", "directoryMatches", "directoryMatches.fields"].map(type)).toEqual(
      Array(3).fill("container"),
    );
  });

  it("know the CDR's own field that they live in", () => {
    expect(catalog.resolve("directoryMatches.fields.email")?.topLevel).toBe("directoryMatches");
    expect(catalog.resolve("tags.a.b")?.topLevel).toBe("tags");
  });

  it.each([
    "nosuch",
    "",
    "dur.",
    ".dur",
    "tags.",
    "recordingIds.0",
    "directoryMatches.x",
    "constructor",
  ])("do not include %j", (path) => {
    expect(catalog.resolve(path)).toBeUndefined();
  });

  it("have times by name where the schema does not mark them", () => {
    const schema = callEndedSchema();
    const start = cdrSchemaOf(schema).fields.find(({ name }) => name === "start");
    if (start !== undefined) start.type = ["null", "string"];
    expect(createFieldCatalog(schema).resolve("start")?.type).toBe("time");
  });
});

describe("the fields of a later schema version", () => {
  it("have a type that conditions can be read by", () => {
    expect(typeOf("queue")).toBe("text");
    expect(typeOf("callKey")).toBe("number");
    expect(typeOf("vip")).toBe("boolean");
    expect(typeOf("hash")).toBe("container");
    expect(typeOf("odd")).toBe("container");
    expect(typeOf("figure")).toBe("number");
    expect(typeOf("survey")).toBe("container");
    expect(typeOf("survey.stars")).toBe("number");
    expect(typeOf("survey.done")).toBe("time");
    expect(typeOf("survey.again.again.stars")).toBe("number");
    expect(typeOf("grid")).toBe("number");
    expect(typeOf("lists.any.key")).toBe("text");
    expect(typeOf("maps.key")).toBe("text");
    expect(typeOf("byName.x")).toBe("container");
  });

  it("are listed once where a record holds itself", () => {
    const paths = later.paths.filter((path) => path.startsWith("survey"));
    expect(paths).toEqual([
      "survey",
      "survey.stars",
      "survey.done",
      "survey.answers",
      "survey.answers.<name>",
      "survey.again",
    ]);
  });

  it("are found in a decoded call", () => {
    const cdr = {
      survey: { stars: 5, answers: { "a.b": "x" }, again: { stars: 1 } },
      grid: [[1, 2], [], [3]],
      lists: { k: ["a", null, "b"] },
      maps: [{ key: "x" }, {}, { key: "" }],
    };
    expect(valuesOf("survey.stars", cdr)).toEqual([5]);
    expect(valuesOf("survey.answers.a.b", cdr)).toEqual(["x"]);
    expect(valuesOf("survey.again.stars", cdr)).toEqual([1]);
    expect(valuesOf("grid", cdr)).toEqual([1, 2, 3]);
    expect(valuesOf("lists.k", cdr)).toEqual(["a", "b"]);
    expect(valuesOf("maps.key", cdr)).toEqual(["x", ""]);
  });

  it("do not find what an object inherits", () => {
    expect(valuesOf("tags.constructor", { tags: {} })).toEqual([]);
    expect(valuesOf("tags.__proto__", { tags: {} })).toEqual([]);
  });
});

describe("a call of another schema version", () => {
  it("shows a misfit where one value stands for many", () => {
    expect(valuesOf("recordingIds", { recordingIds: "r-1" })).toEqual([misfit]);
  });

  it("shows the list where many values stand for one", () => {
    expect(valuesOf("cliNum", { cliNum: ["a"] })).toEqual([["a"]]);
  });

  it("shows that something else is in a record's place", () => {
    expect(valuesOf("survey.stars", { survey: "good" })).toEqual([misplaced]);
    expect(valuesOf("directoryMatches.dirName", { directoryMatches: 5 })).toEqual([misplaced]);
  });

  it("never makes a field throw, whatever it holds", () => {
    const paths = later.paths.map((path) => path.replace("<name>", "a"));
    const fields = paths.flatMap((path) => later.resolve(path) ?? []);
    expect(fields).toHaveLength(paths.length);
    const anything = fc.anything({
      withBigInt: true,
      withTypedArray: true,
      withNullPrototype: true,
    });
    const cdrs = fc.dictionary(
      fc.constantFrom(...fields.map(({ topLevel }) => topLevel)),
      anything,
    );
    fc.assert(
      fc.property(cdrs, (cdr) => {
        for (const field of fields) {
          expect(field.values(cdr as Cdr).some((value) => value === null)).toBe(false);
        }
      }),
    );
  });
});
