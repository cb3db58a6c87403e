import { describe, expect, it } from "vitest";
import { startHeartbeats } from "../../src/kafka/heartbeats.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const never = new Promise<never>(() => undefined);

describe("the heartbeats of a handler at work", () => {
  it("are sent at their interval, until it is done", async () => {
    const clock = createFakeClock();
    let beats = 0;
    const heartbeats = startHeartbeats(async () => void (beats += 1), 3000, clock);
    await clock.advance(10_000);
    expect(beats).toBe(3);
    heartbeats[Symbol.dispose]();
    await clock.advance(10_000);
    expect([beats, clock.pendingTimers]).toEqual([3, 0]);
  });

  it("end its work where the group has gone on without the member", async () => {
    const clock = createFakeClock();
    const gone = new Error("rebalancing");
    using heartbeats = startHeartbeats(() => Promise.reject(gone), 3000, clock);
    const settled = Promise.allSettled([heartbeats.during(never)]);
    await clock.advance(3000);
    expect(await settled).toEqual([{ status: "rejected", reason: gone }]);
    await expect(heartbeats.during(Promise.resolve())).rejects.toBe(gone);
    expect([heartbeats.lostBy(gone), heartbeats.lostBy(new Error("other"))]).toEqual([true, false]);
  });

  it("change nothing of what the work gives", async () => {
    using heartbeats = startHeartbeats(async () => undefined, 3000, createFakeClock());
    expect(await heartbeats.during(Promise.resolve(7))).toBe(7);
    const failure = new Error("a schema can't be had");
    await expect(heartbeats.during(Promise.reject(failure))).rejects.toBe(failure);
    expect(heartbeats.lostBy(failure)).toBe(false);
  });
});
