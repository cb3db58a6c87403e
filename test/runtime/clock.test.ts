import { getEventListeners } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { onClockSetBack } from "../../src/runtime/clock-set-back.ts";
import { pause, steadyClock, systemClock } from "../../src/runtime/clock.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const now = Date.now.bind(Date);

/** Sets the clock of this process to that far from the true time; timers go on, as they do when the machine's is set. */
function setClock(byMs: number): void {
  vi.spyOn(Date, "now").mockImplementation(() => now() + byMs);
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a pause that is over leaves nothing on the signal, which may live as long as the process", async () => {
  const clock = createFakeClock();
  const stop = new AbortController();
  const paused = pause(clock, 100, stop.signal);
  expect(getEventListeners(stop.signal, "abort")).toHaveLength(1);
  await clock.advance(100);
  await paused;
  expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
});

test("a pause ends early, and its timer with it, when the signal is aborted", async () => {
  const clock = createFakeClock();
  const stop = new AbortController();
  const paused = pause(clock, 100, stop.signal);
  stop.abort();
  await paused;
  expect(clock.pendingTimers).toBe(0);
});

test("a pause whose signal is aborted already does not begin", async () => {
  const clock = createFakeClock();
  await pause(clock, 100, AbortSignal.abort());
  expect(clock.pendingTimers).toBe(0);
});

test("a timer of the machine's clock can be cancelled", () => {
  const fired: boolean[] = [];
  systemClock.at(systemClock.now(), () => fired.push(true))();
  expect(fired).toEqual([]);
});

test.each([-3_600_000, 3_600_000])(
  "a pause takes as long as it has to when the clock is set by %i ms meanwhile",
  async (byMs) => {
    const begin = performance.now();
    const paused = pause(systemClock, 50);
    setClock(byMs);
    await paused;
    expect(performance.now() - begin).toBeGreaterThanOrEqual(50);
  },
);

test("a timer that fires a little early waits for that little, also when the clock was set back meanwhile", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let passed = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => passed);
  const fired: number[] = [];
  systemClock.at(Date.now() + 10, () => fired.push(passed));
  setClock(-3_600_000);
  passed += 9.6;
  vi.advanceTimersByTime(20);
  expect(fired).toEqual([]);
  passed += 0.5;
  vi.advanceTimersByTime(2);
  expect(fired).toEqual([1010.1]);
});

test("a timer that is set after the clock was set goes by the new time", async () => {
  setClock(-3_600_000);
  const begin = performance.now();
  await new Promise<void>((resolve) => void systemClock.at(Date.now() + 20, resolve));
  expect(performance.now() - begin).toBeGreaterThanOrEqual(19);
});

test("a clock that is set back is told, one that is set forward is not", async () => {
  const told: string[] = [];
  const back = Promise.withResolvers<void>();
  using _small = onClockSetBack(7_200_000, () => told.push("by less"));
  using _back = onClockSetBack(2000, back.resolve);
  setClock(3_600_000);
  setClock(-3_600_000);
  await back.promise;
  expect(told).toEqual([]);
});

test("nobody sets the steady clock, and its timers last as long as they have to", async () => {
  const begin = steadyClock.now();
  setClock(-3_600_000);
  await new Promise<void>((resolve) => void steadyClock.at(begin + 30, resolve));
  expect(steadyClock.now() - begin).toBeGreaterThanOrEqual(30);
  expect(steadyClock.now() - begin).toBeLessThan(3_000_000);
});

test("a timer of the steady clock does not fire before its time, whatever the clock's next millisecond falls between", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let passed = 1000.6;
  vi.spyOn(performance, "now").mockImplementation(() => passed);
  const begin = now();
  let readings = 0;
  vi.spyOn(Date, "now").mockImplementation(
    () => begin + Math.floor(passed) - (readings++ === 0 ? 1 : 0),
  );
  const fired: number[] = [];
  steadyClock.at(steadyClock.now() + 10, () => fired.push(passed));
  passed += 9.5;
  vi.advanceTimersByTime(20);
  expect(fired).toEqual([]);
  passed += 0.6;
  vi.advanceTimersByTime(20);
  expect(fired).toEqual([1010.7]);
});
