import * as fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "../../src/runtime/backoff.ts";

test("the wait doubles from failure to failure up to the cap", () => {
  const longest = [0, 1, 2, 3, 6, 7, 8, 50, 5000].map((failures) => backoffMs(failures, () => 1));
  expect(longest).toEqual([100, 200, 400, 800, 6400, 10_000, 10_000, 10_000, 10_000]);
});

test("chance takes away no more than half of the wait", () => {
  expect(backoffMs(3, () => 0)).toBe(400);
  expect(backoffMs(3, () => 0.5)).toBe(600);
});

test("every wait is a whole number of ms between half the base and the cap", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, random) => {
        const wait = backoffMs(failures, () => random, { baseMs: 40, capMs: 3000 });
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(20);
        expect(wait).toBeLessThanOrEqual(3000);
      },
    ),
  );
});
