import { describe, expect, test } from "vitest";
import { createMarks, ratesOf } from "../../src/benchmark/marks.ts";
import { percentile, spread } from "../../src/benchmark/percentile.ts";

describe("marks", () => {
  test("are set at the last look before anything was done, and then at each so many", () => {
    const { marks, note } = createMarks({ total: 30, every: 10 });
    note({ count: 0, at: 1, cpu: 0.5 });
    note({ count: 0, at: 2, cpu: 0.6 });
    note({ count: 10, at: 4, cpu: 1 });
    note({ count: 20, at: 5, cpu: 2 });
    note({ count: 30, at: 7, cpu: 4 });
    expect(marks).toEqual({ seconds: [2, 4, 5, 7], cpuSeconds: [0.6, 1, 2, 4] });
  });

  test("lie evenly between two looks, several of them where a look came late", () => {
    const { marks, note } = createMarks({ total: 40, every: 10 });
    note({ count: 0, at: 0, cpu: 0 });
    note({ count: 5, at: 1, cpu: 1 });
    note({ count: 45, at: 9, cpu: 3 });
    expect(marks.seconds).toEqual([0, 2, 4, 6, 8]);
    expect(marks.cpuSeconds).toEqual([0, 1.25, 1.75, 2.25, 2.75]);
  });

  test("are no more than the total has, however many more are counted", () => {
    const { marks, note } = createMarks({ total: 20, every: 10 });
    note({ count: 100, at: 1, cpu: 1 });
    note({ count: 200, at: 2, cpu: 2 });
    expect(marks.seconds).toEqual([1, 1, 1]);
  });
});

test("rates leave out the first round, which is to warm up", () => {
  const marks = { seconds: [0, 10, 12, 16], cpuSeconds: [0, 5, 6, 8] };
  expect(ratesOf(marks, 100)).toEqual({ perSecond: [50, 25], cpuMicros: [10_000, 20_000] });
});

describe("percentiles", () => {
  test("are values that there are, by the nearest rank", () => {
    const values = [5, 1, 4, 2, 3];
    expect([0, 0.2, 0.5, 0.99, 1].map((part) => percentile(values, part))).toEqual([1, 1, 3, 5, 5]);
    expect(percentile([], 0.5)).toBeNaN();
  });

  test("are told as the median with the least and the most", () => {
    expect(spread([1000, 3000, 2000])).toBe("2,000 (1,000 to 3,000)");
    expect(spread([1.234], 2)).toBe("1.23 (1.23 to 1.23)");
  });
});
