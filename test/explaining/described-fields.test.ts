import { describe, expect, test } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { describedFields } from "../../src/explaining/described-fields.ts";
import { callEndedSchema, laterSchema } from "../cdr/call-bytes.ts";

const catalog = createFieldCatalog(callEndedSchema());
const byPath = (locale: "en-GB" | "fr-FR") =>
  new Map(describedFields(catalog, locale).map((field) => [field.path, field]));

describe.each(["en-GB", "fr-FR"] as const)("in %s", (locale) => {
  test("every field of the shipped schema has a group and a meaning", () => {
    const fields = describedFields(catalog, locale);
    expect(fields.map(({ path }) => path)).toEqual(catalog.paths);
    expect(fields.filter(({ group, meaning }) => group === "other" || meaning === "")).toEqual([]);
  });

  test("no two fields mean the same", () => {
    const meanings = describedFields(catalog, locale).map(({ meaning }) => meaning);
    expect(new Set(meanings).size).toBe(meanings.length);
  });
});

test("flags are told from numbers, and say what 1 and 0 mean", () => {
  const fields = byPath("fr-FR");
  const flags = [...fields.values()].filter(({ type }) => type === "flag");
  expect(flags.map(({ path }) => path)).toEqual([
    "lost",
    "lostInPark",
    "aban",
    "ans",
    "short",
    "t2t",
    "hasRec",
    "rated",
  ]);
  expect(fields.get("lost")?.choices).toEqual([
    { value: "0", label: "non" },
    { value: "1", label: "oui" },
  ]);
  expect(fields.get("dur")).toMatchObject({ type: "number", choices: [] });
});

test("the direction's and the type's numbers have names", () => {
  const labels = (path: string): string[] | undefined =>
    byPath("en-GB")
      .get(path)
      ?.choices.map(({ value, label }) => `${value} ${label}`);
  expect(labels("dir")).toEqual(["0 unknown", "1 internal", "2 inbound", "3 outbound", "4 both"]);
  expect(labels("type")).toEqual(["0 unknown", "1 internal", "2 external"]);
});

test("operators are those that fit the type", () => {
  const operators = (path: string) => byPath("en-GB").get(path)?.operators;
  expect(operators("directoryMatches")).toEqual(["exists", "absent"]);
  expect(operators("start")).toContain("localTime");
  expect(operators("cliNum")).not.toContain("gt");
  expect(operators("tags.<name>")).toContain("wildcard");
});

test("a field of a later schema version is there, of group other and without a meaning", () => {
  const later = createFieldCatalog(laterSchema({ name: "mood", type: ["null", "string"] }));
  expect(describedFields(later, "en-GB").at(-1)).toMatchObject({
    path: "mood",
    type: "text",
    group: "other",
    meaning: "",
  });
});
