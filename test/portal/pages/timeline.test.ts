import { describe, expect, test } from "vitest";
import type { Attempt } from "../../../src/admin/contract/deliveries.ts";
import { timelineOf } from "../../../src/portal/pages/delivery/timeline.ts";

function attempt(second: number, durationMs: number, outcome: Attempt["outcome"]): Attempt {
  return {
    attempt: 1,
    at: new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString(),
    durationMs,
    outcome,
    reason: null,
    status: null,
    error: null,
    method: "POST",
    host: "h",
    nextAttemptAt: null,
  };
}

describe("the timeline of a delivery", () => {
  test("tells the wait from the end of an attempt to the begin of the next", () => {
    const entries = timelineOf([attempt(0, 500, "failed"), attempt(3, 1000, "delivered")]);
    expect(entries.map(({ waitedMs }) => waitedMs)).toEqual([null, 2500]);
    expect(entries.map(({ share }) => share)).toEqual([0.5, 1]);
  });

  test("tells no wait that is less than none, where two clocks differ", () => {
    const entries = timelineOf([attempt(5, 2000, "failed"), attempt(6, 10, "delivered")]);
    expect(entries[1]?.waitedMs).toBe(0);
  });

  test("begins anew with an attempt behind one that was the last", () => {
    const entries = timelineOf([
      attempt(0, 5, "failed"),
      attempt(2, 5, "dead"),
      attempt(60, 5, "delivered"),
    ]);
    expect(entries.map(({ anew }) => anew)).toEqual([false, false, true]);
    expect(entries[2]?.waitedMs).toBeNull();
  });

  test("is empty without attempts", () => {
    expect(timelineOf([])).toEqual([]);
  });
});
