import { describe, expect, it } from "vitest";
import { createRetryLadder, rungForWait, rungOfRetry } from "../../src/delivery/retry-ladder.ts";

const ladder = createRetryLadder("onhook.retry.", [2000, 4000, 90_000]);

describe("the ladder", () => {
  it("has a topic for each wait, named after it in seconds", () => {
    expect(ladder.rungs).toEqual([
      { topic: "onhook.retry.2s", delayMs: 2000 },
      { topic: "onhook.retry.4s", delayMs: 4000 },
      { topic: "onhook.retry.90s", delayMs: 90_000 },
    ]);
  });

  it.each([
    [1, 2000],
    [2, 4000],
    [3, 90_000],
    [4, 90_000],
    [10, 90_000],
  ])("lets retry %i wait on its own rung, those beyond the end on the last", (retry, delayMs) => {
    expect(rungOfRetry(ladder, retry).delayMs).toBe(delayMs);
  });

  it.each([
    [0, 2000],
    [2000, 2000],
    [2001, 4000],
    [4001, 90_000],
    [90_001, 90_000],
    [Infinity, 90_000],
  ])(
    "lets a wait of %i ms use the shortest rung that is long enough, else the longest",
    (wait, delayMs) => {
      expect(rungForWait(ladder, wait).delayMs).toBe(delayMs);
    },
  );

  it("without rungs is a mistake in the program", () => {
    expect(() => rungOfRetry(createRetryLadder("r.", []), 1)).toThrow(RangeError);
    expect(() => rungOfRetry(ladder, 0)).toThrow(RangeError);
  });
});
