import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { pause, systemClock } from "../../src/runtime/clock.ts";
import { createFakeClock } from "../support/fake-clock.ts";

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
