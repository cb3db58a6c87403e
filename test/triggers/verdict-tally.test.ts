import { expect, it } from "vitest";
import { tallyVerdicts } from "../../src/triggers/verdict-tally.ts";

const call = (...holds: boolean[]) => holds.map((each) => ({ holds: each, mismatch: false }));

it("counts for each condition the calls that failed at it, and those that failed at it alone", () => {
  const calls = [call(true, true), call(false, true), call(false, false), call(true, false)];
  calls.push([
    { holds: false, mismatch: true },
    { holds: true, mismatch: false },
  ]);
  expect(tallyVerdicts(2, calls)).toEqual({
    calls: 5,
    held: 1,
    conditions: [
      { failed: 3, failedAlone: 2, mismatched: 1 },
      { failed: 2, failedAlone: 1, mismatched: 0 },
    ],
  });
});

it("has every call held where there is no condition, and counts for conditions where there is no call", () => {
  expect(tallyVerdicts(0, [[], []])).toEqual({ calls: 2, held: 2, conditions: [] });
  expect(tallyVerdicts(1, [])).toEqual({
    calls: 0,
    held: 0,
    conditions: [{ failed: 0, failedAlone: 0, mismatched: 0 }],
  });
});
