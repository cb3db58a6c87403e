import { expect, test } from "vitest";
import { Ledger, isBalanced } from "../../src/benchmark/ledger.ts";

function ledgerOf(expected: readonly string[], seen: readonly string[]): Ledger {
  const ledger = new Ledger();
  for (const id of expected) ledger.expect(id);
  for (const id of seen) ledger.see(id);
  return ledger;
}

test("books balance when all that had to come came, once", () => {
  const counts = ledgerOf(["a", "b"], ["b", "a"]).counts();
  expect(counts).toEqual({ expected: 2, found: 2, missing: 0, double: 0, unexpected: 0 });
  expect(isBalanced(counts)).toBe(true);
});

test.each([
  ["missing", ["a", "b"], ["a"], { expected: 2, found: 1, missing: 1, double: 0, unexpected: 0 }],
  [
    "double",
    ["a"],
    ["a", "a", "a"],
    { expected: 1, found: 1, missing: 0, double: 2, unexpected: 0 },
  ],
  [
    "unexpected",
    ["a"],
    ["a", "c"],
    { expected: 1, found: 1, missing: 0, double: 0, unexpected: 1 },
  ],
  ["both", ["a"], ["c", "c"], { expected: 1, found: 0, missing: 1, double: 1, unexpected: 1 }],
])("what is %s is counted, and the books do not balance", (_, expected, seen, counts) => {
  expect(ledgerOf(expected, seen).counts()).toEqual(counts);
  expect(isBalanced(ledgerOf(expected, seen).counts())).toBe(false);
});
