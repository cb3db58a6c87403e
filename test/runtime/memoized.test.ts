import { expect, it } from "vitest";
import { memoized } from "../../src/runtime/memoized.ts";

it("a memoized function makes each result once, and keeps so many", () => {
  const asked: string[] = [];
  const twice = memoized((text) => {
    asked.push(text);
    return text + text;
  }, 2);
  expect(["a", "b", "a", "b"].map(twice)).toEqual(["aa", "bb", "aa", "bb"]);
  expect(asked).toEqual(["a", "b"]);
  expect(["c", "c", "a"].map(twice)).toEqual(["cc", "cc", "aa"]);
  expect(asked).toEqual(["a", "b", "c", "a"]);
});

it("a memoized function does not keep what was thrown", () => {
  let calls = 0;
  const fails = memoized((): string => {
    calls += 1;
    throw new Error("no");
  }, 2);
  expect(() => fails("a")).toThrow("no");
  expect(() => fails("a")).toThrow("no");
  expect(calls).toBe(2);
});
