import { describe, expect, test } from "vitest";
import type { Counts } from "../../src/benchmark/ledger.ts";
import { assertCountable, assertShared } from "../../src/commands/bench.ts";
import { deliverReport, latencyReport, matchReport } from "../../src/commands/bench-report.ts";
import { OnhookError } from "../../src/errors.ts";

const whole: Counts = { expected: 10, found: 10, missing: 0, double: 0, unexpected: 0 };
const broken: Counts = { expected: 10, found: 9, missing: 1, double: 2, unexpected: 0 };
const brokenLine = "expected 10, found 9: missing 1, double 2, unexpected 0";

const rates = (perSecond: readonly number[]) => ({ perSecond, cpuMicros: [1.5] });
const matched = {
  own: rates([900, 1000, 1100]),
  reading: rates([4000]),
  writing: rates([2000]),
  brokerMicros: null,
  residentMiB: 210,
  ofReading: 0.25,
  ofWriting: 0.5,
  jobs: whole,
};

describe("the report of matching", () => {
  test("has the median, the least and the most, and what part of reading and writing alone that is", () => {
    const { lines, problem } = matchReport(matched, 10_000);
    expect(problem).toBe("");
    expect(lines).toEqual([
      "matching        1,000 (900 to 1,100) calls/s, 1.50 (1.50 to 1.50) µs of processor time each",
      "merely reading  4,000 (4,000 to 4,000) calls/s, 1.50 (1.50 to 1.50) µs of processor time each; matching is 25 % of that",
      "merely writing  the jobs of 2,000 (2,000 to 2,000) calls/s; matching is 50 % of that",
      "memory          210 MiB at most in a process",
      "jobs expected 10, found 10: missing 0, double 0, unexpected 0",
    ]);
  });

  test("has a problem where jobs are missing or double, and says where rounds were too short", () => {
    const { lines, problem } = matchReport({ ...matched, jobs: broken }, 500);
    expect(problem).toBe(`jobs ${brokenLine}`);
    expect(lines.at(-1)).toBe("! A round took 0.5 s only, which says little: raise --calls");
  });
});

describe("the report of delivering", () => {
  const delivered = {
    perSecond: [100],
    posting: [400],
    cpuMicros: [171.4],
    brokerMicros: null,
    residentMiB: 210,
    ofPosting: 0.25,
    requests: whole,
    unrecorded: 0,
    detours: 0,
  };

  test("has no problem where all requests came once and are recorded", () => {
    const { lines, problem } = deliverReport(delivered, 1000);
    expect(problem).toBe("");
    expect(lines[0]).toBe(
      "delivering      100 (100 to 100) requests/s, 171 (171 to 171) µs of processor time each",
    );
  });

  test.each([
    [{ requests: broken }, `requests ${brokenLine}`],
    [{ unrecorded: 3 }, "3 requests are not recorded"],
    [{ requests: broken, unrecorded: 3 }, `requests ${brokenLine}; 3 requests are not recorded`],
  ])("names as a problem what is wrong with %j", (changed, problem) => {
    expect(deliverReport({ ...delivered, ...changed }, 1000).problem).toBe(problem);
  });
});

test("the report of latencies has each round and what they are measured beside", () => {
  const round = { p50: 15, p99: 70, p999: 90 };
  const figures = { rounds: [round], trips: { p50: 3, p99: 5, p999: 6 }, timesTrip: 5 };
  const { lines, problem } = latencyReport({ ...figures, requests: broken });
  expect(problem).toBe(`requests ${brokenLine}`);
  expect(lines[0]).toBe("round 1         p50 15 ms, p99 70 ms, p99.9 90 ms");
  expect(lines[2]).toBe(
    "a record merely written and read: p50 3 ms, p99 5 ms, p99.9 6 ms; the median call takes 5.0 times that",
  );
});

test("no more processes than partitions: one without any would do nothing, and be counted", () => {
  expect(() => assertShared(6, 6, "calls")).not.toThrow();
  expect(() => assertShared(7, 6, "calls")).toThrow(OnhookError);
  expect(() => assertShared(7, 6, "calls")).toThrow("--processes 7 is more than the 6 partitions");
});

test("more than can be counted one by one is refused, and what to lower is named", () => {
  assertCountable(10_000_000, "jobs", "--jobs or --rounds");
  expect(() => assertCountable(10_000_001, "jobs", "--jobs or --rounds")).toThrow(
    "10000001 jobs are more than the 10000000 that are counted one by one: lower --jobs or --rounds",
  );
});
