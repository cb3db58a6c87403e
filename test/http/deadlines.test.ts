import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Deadlines } from "../../src/http/deadlines.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => vi.useRealTimers());

/** What has so much time from now on; `expired` notes when that was over. */
function setUp() {
  const deadlines = new Deadlines();
  const expired: (readonly [name: string, at: number])[] = [];
  const begin = (name: string, ms: number) => {
    const one = {
      dueAt: performance.now() + ms,
      expire: () => void expired.push([name, Math.round(performance.now())]),
    };
    deadlines.add(one);
    return one;
  };
  return { deadlines, expired, begin };
}

it("each expires when its own time is over, by one timer", () => {
  const { expired, begin } = setUp();
  const start = Math.round(performance.now());
  begin("first", 100);
  vi.advanceTimersByTime(30);
  begin("second", 100);
  begin("third", 100);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(200);
  expect(expired).toEqual([
    ["first", start + 100],
    ["second", start + 130],
    ["third", start + 130],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

it("what has ended does not expire, nor does it keep the others from doing so", () => {
  const { deadlines, expired, begin } = setUp();
  const start = Math.round(performance.now());
  const first = begin("first", 100);
  vi.advanceTimersByTime(50);
  begin("second", 100);
  deadlines.delete(first);
  expect(deadlines.all()).toHaveLength(1);
  vi.advanceTimersByTime(200);
  expect(expired).toEqual([["second", start + 150]]);
});

it("there is no timer while nothing is under way", () => {
  const { deadlines, begin } = setUp();
  deadlines.delete(begin("one", 100));
  expect(vi.getTimerCount()).toBe(0);
});
