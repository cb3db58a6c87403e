import { expect, test } from "vitest";
import { EndpointQueue } from "../../src/delivery/endpoint-queue.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const readings = 20;
const tickMs = 0.01;

/** A clock that moves on by a little with each reading of it, and whose timers fire that many readings early. */
function createTickingClock(early: number) {
  const fake = createFakeClock();
  let ticks = 0;
  const clock: Clock = {
    now: () => fake.now() + (ticks += tickMs),
    at: (at, action) => fake.at(at - ticks - early * tickMs, action),
  };
  return { clock, advance: (by: number) => fake.advance(by) };
}

test.each(Array.from({ length: readings }, (_, early) => early))(
  "what waits out a rest is seen at its end, also where that comes %i readings of the clock after the timer",
  async (early) => {
    const { clock, advance } = createTickingClock(early);
    const mayBegin: boolean[] = [];
    const queue = new EndpointQueue(
      { id: "e", tenantId: "t" },
      { most: 1, patienceMs: 5000, clock, woken: (woken) => void mayBegin.push(woken.mayBegin) },
    );
    // It rests after the second time-out running.
    for (const _ of [1, 2]) queue.end(queue.begin(), { kind: "timed-out" }, () => 5000);
    queue.push({ retry: false, detour: () => undefined });
    await advance(5000);
    expect(mayBegin.at(-1)).toBe(true);
  },
);

test("a rest that ends before the next look at a silent endpoint was due is looked at in time", async () => {
  const clock = createFakeClock();
  const seen: number[] = [];
  const begin = clock.now();
  const queue = new EndpointQueue(
    { id: "e", tenantId: "t" },
    { most: 1, patienceMs: 20_000, clock, woken: () => void seen.push(clock.now() - begin) },
  );
  const began = queue.begin();
  queue.push({ retry: false, detour: () => undefined });
  await clock.advance(3000);
  queue.end(began, { kind: "refused", restMs: 1000 }, () => 20_000);
  await clock.advance(2000);
  expect(seen.at(-1)).toBe(4000);
});
