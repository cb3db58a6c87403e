import { describe, expect, test } from "vitest";
import { mostParts, readJson, textProblems } from "../../../src/admin/api/read-request.ts";

/** The same, counting how often a child of it is asked for. */
function counted<T extends object>(given: T): { readonly proxy: T; readonly reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(given, {
    get(target, name, receiver) {
      if (typeof name === "string" && /^\d+$/.test(name)) reads += 1;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  return { proxy, reads: () => reads };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe("what a body holds is looked at", () => {
  test("once each, where there is no more than may be", () => {
    const { proxy, reads } = counted(Array.from({ length: mostParts }, () => 0));
    expect(textProblems(proxy)).toEqual([]);
    expect(reads()).toBe(mostParts);
  });

  test("not at all where there is more: nobody else has a turn meanwhile", () => {
    const { proxy, reads } = counted(Array.from({ length: mostParts + 1 }, () => 0));
    expect(textProblems({ trigger: { filters: proxy } })).toEqual([
      { path: "trigger.filters", message: "brings the whole to more than 120000 parts" },
    ]);
    expect(reads()).toBe(0);
  });

  test("as one whole: many small lists are no less work than a large one", () => {
    const lists = Array.from({ length: mostParts / 100 }, () =>
      Array.from({ length: 100 }, () => 0),
    );
    const { proxy, reads } = counted(lists);
    expect(textProblems(proxy)).toHaveLength(1);
    expect(reads()).toBe(Math.floor((mostParts - lists.length) / 100) + 1);
  });

  test("up to the largest trigger that there is", () => {
    const values = Array.from({ length: 1000 }, (_, index) => String(index));
    const filters = Array.from({ length: 100 }, () => ({ field: "cli", op: "in", values }));
    expect(readJson(json({ filters, action: { url: "https://example.com" } }))).toMatchObject({});
  });
});

test.each([
  ["a\0", ""],
  [{ a: [{ b: 1 }, { c: ["x", "\ud800"] }] }, "a[1].c[1]"],
  [[[0, "\0"]], "[0][1]"],
  [{ a: { "\0": 1 } }, "a"],
  [{ a: [{ constructor: 1 }] }, "a[0]"],
])("what is wrong is named by where it stands", (given, path) => {
  expect(textProblems(given).map((problem) => problem.path)).toEqual([path]);
});

test("32 levels are read, and no more", () => {
  const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  expect(textProblems(JSON.parse(nested(32)))).toEqual([]);
  expect(textProblems(JSON.parse(nested(33)))).toEqual([
    { path: "[0]".repeat(32), message: "is nested too deeply" },
  ]);
});
