import { array, assert, integer, nat, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFinished, encodeFinished } from "../../src/delivery/finished-offsets.ts";
import type { FinishedRun } from "../../src/delivery/finished-offsets.ts";

const risingRuns = tuple(
  nat(1_000_000_000),
  array(tuple(integer({ min: 1, max: 9 }), integer({ min: 1, max: 5 })), {
    maxLength: 200,
  }),
).map(([mark, steps]) => {
  const runs: FinishedRun[] = [];
  for (const [gap, length] of steps) {
    const start = (runs.at(-1)?.end ?? mark) + gap;
    runs.push({ start, end: start + length });
  }
  return { mark, runs };
});

describe("finished offsets as text", () => {
  it("say of each offset whether it was finished", () => {
    assert(
      property(risingRuns, ({ mark, runs }) => {
        const finished = decodeFinished(encodeFinished(mark, runs));
        for (let offset = mark; offset <= (runs.at(-1)?.end ?? mark); offset += 1) {
          const known = runs.some(({ start, end }) => offset >= start && offset < end);
          expect(finished(offset)).toBe(known);
        }
      }),
    );
  });

  it("are empty where nothing is finished beyond the mark", () => {
    expect(encodeFinished(7, [])).toBe("");
    expect(decodeFinished("")(8)).toBe(false);
  });

  it("stay below Kafka's limit, and then leave out the highest", () => {
    const every2nd = Array.from({ length: 10_000 }, (_, index) => ({
      start: 2 * index + 1,
      end: 2 * index + 2,
    }));
    const text = encodeFinished(0, every2nd);
    expect(text.length).toBeLessThanOrEqual(4000);
    const finished = decodeFinished(text);
    expect([1, 2, 3].map((offset) => finished(offset))).toEqual([true, false, true]);
    expect(finished(19_999)).toBe(false);
  });

  it.each([
    "x",
    "1;;",
    "2;a;1.1",
    "1;a;1",
    "1;a;.",
    "1;zzzzzzzzzzz;zzzzzzzzzzz.zzzzzzzzzzz",
    "someone else's",
  ])("that are none of ours (%j) say so of nothing", (text) => {
    const finished = decodeFinished(text);
    expect([0, 1, 10, 11, 12, 1000].some((offset) => finished(offset))).toBe(false);
  });
});
