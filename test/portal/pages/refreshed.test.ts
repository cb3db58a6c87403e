import { describe, expect, test } from "vitest";
import type { Delivery } from "../../../src/admin/contract/deliveries.ts";
import { refreshed } from "../../../src/portal/pages/deliveries/refreshed.ts";

/** By its id, whose last attempt began at that minute. */
function delivery(jobId: string, minute: number): Delivery {
  const at = new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();
  return {
    jobId,
    triggerId: "t",
    triggerName: "T",
    cdrId: "c",
    state: "delivered",
    attempts: 1,
    firstAt: at,
    lastAt: at,
    reason: null,
    status: 200,
    durationMs: 1,
    nextAttemptAt: null,
    host: "h",
  };
}

const ids = (items: readonly Delivery[] | null) => items?.map(({ jobId }) => jobId) ?? null;

describe("a list of deliveries that is read anew", () => {
  const shown = [delivery("d", 4), delivery("c", 3), delivery("b", 2), delivery("a", 1)];

  test("has what is new in front, and keeps what was read from behind the newest page", () => {
    const newest = { items: [delivery("e", 5), ...shown.slice(0, 2)], nextCursor: "more" };
    expect(ids(refreshed(shown, newest))).toEqual(["e", "d", "c", "b", "a"]);
  });

  test("has one that was tried again in its new place, once", () => {
    const newest = { items: [delivery("b", 6), ...shown.slice(0, 2)], nextCursor: "more" };
    expect(ids(refreshed(shown, newest))).toEqual(["b", "d", "c", "a"]);
  });

  test("loses what fits the filter no more", () => {
    const newest = { items: [delivery("d", 4), delivery("b", 2)], nextCursor: "more" };
    expect(ids(refreshed(shown, newest))).toEqual(["d", "b", "a"]);
  });

  test("is the newest page where that is all", () => {
    expect(ids(refreshed(shown, { items: [delivery("d", 4)], nextCursor: null }))).toEqual(["d"]);
    expect(ids(refreshed(shown, { items: [], nextCursor: null }))).toEqual([]);
  });

  test("is begun anew where something may lie between the newest page and what was shown", () => {
    const newest = { items: [delivery("z", 9), delivery("y", 8)], nextCursor: "more" };
    expect(refreshed(shown, newest)).toBeNull();
    expect(refreshed([], newest)).toBeNull();
  });
});
