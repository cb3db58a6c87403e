import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EndpointLimit } from "../../src/delivery/endpoint-limit.ts";
import type { Pace } from "../../src/delivery/pace.ts";

const answered: Pace = { kind: "answered" };
const timedOut: Pace = { kind: "timed-out" };
const refused = (restMs = 0): Pace => ({ kind: "refused", restMs });

/** Fills the limit at `now`, and ends all of it after `ms`. Returns how many that were. */
function round(limit: EndpointLimit, now: number, ms: number, pace: Pace): number {
  let begun = 0;
  while (limit.mayBegin(now)) {
    limit.begin(now);
    begun += 1;
  }
  for (let count = 0; count < begun; count += 1) limit.end(now, pace, now + ms);
  return begun;
}

describe("the limit of an endpoint", () => {
  it("doubles from round to round while it is used and all goes well, up to the most there may be", () => {
    const limit = new EndpointLimit({ most: 50 });
    expect([0, 1, 2, 3, 4].map((time) => round(limit, time * 10, 5, answered))).toEqual([
      4, 8, 16, 32, 50,
    ]);
  });

  it("stays as it is while it is not used", () => {
    const limit = new EndpointLimit({ most: 50 });
    for (let time = 0; time < 1000; time += 10) {
      limit.begin(time);
      limit.end(time, answered, time + 5);
    }
    expect(limit.limit).toBe(4);
  });

  it("is halved by a refusal, once for all requests that were under way together, and then grows by one a round", () => {
    const limit = new EndpointLimit({ most: 50 });
    for (const time of [0, 10, 20]) round(limit, time, 5, answered);
    expect([round(limit, 30, 5, refused()), limit.limit]).toEqual([32, 16]);
    expect([round(limit, 40, 5, answered), limit.limit]).toEqual([16, 17]);
  });

  it("shrinks to one by a time-out, and doubles again once that one is answered", () => {
    const limit = new EndpointLimit({ most: 50 });
    for (const time of [0, 10, 20]) round(limit, time, 5, answered);
    round(limit, 30, 10_000, timedOut);
    const sizes = [10_100, 10_200, 10_300, 10_400].map((time) => round(limit, time, 5, answered));
    expect(sizes).toEqual([1, 2, 4, 8]);
  });

  it("rests longer from probe to probe while these time out, less than a retry waits, and no longer than 20 s", () => {
    const limit = new EndpointLimit({ most: 50 });
    const rests: number[] = [];
    let now = 0;
    for (let probe = 0; probe < 14; probe += 1) {
      round(limit, now, 10_000, timedOut);
      now += 10_000;
      rests.push(Math.max(0, limit.quietUntil - now));
      now = Math.max(now, limit.quietUntil);
    }
    const step = Array.from({ length: 14 }, (_, probe) => Math.min(probe * 2000, 20_000));
    expect(rests).toEqual(step);
  });

  it("lets nothing through while it was asked to wait, though other requests are answered meanwhile", () => {
    const limit = new EndpointLimit({ most: 50 });
    limit.begin(0);
    limit.begin(0);
    limit.end(0, refused(5000), 10);
    limit.end(0, answered, 20);
    expect([limit.mayBegin(5009), limit.mayBegin(5010)]).toEqual([false, true]);
  });

  it("gives nothing more to one that is silent with requests under way, until it says something", () => {
    const limit = new EndpointLimit({ most: 50 });
    limit.begin(0);
    limit.begin(500);
    expect([limit.mayBegin(1000), limit.mayBegin(1001)]).toEqual([true, false]);
    limit.end(0, answered, 2000);
    expect(limit.mayBegin(2001)).toBe(true);
  });

  it("expects a wait by how long requests take, and of a silent one by how long it has been silent", () => {
    const limit = new EndpointLimit({ most: 4 });
    round(limit, 0, 100, answered);
    expect(limit.expectedWaitMs(0, 100)).toBe(0);
    for (let count = 0; count < 4; count += 1) limit.begin(100);
    expect(limit.expectedWaitMs(7, 100)).toBe(200);
    expect(limit.expectedWaitMs(7, 3100)).toBe(6000);
  });

  it("is always at least one and at most the most, and counts what is under way, whatever happens", () => {
    const pace = fc.oneof(
      fc.constant(answered),
      fc.constant(timedOut),
      fc.constant<Pace>({ kind: "unknown" }),
      fc.nat(30_000).map(refused),
    );
    const step = fc.record({ wait: fc.nat(20_000), pace, begin: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.array(step), (most, steps) => {
        const limit = new EndpointLimit({ most });
        const begun: number[] = [];
        let now = 0;
        for (const each of steps) {
          now += each.wait;
          if (each.begin && limit.mayBegin(now)) {
            limit.begin(now);
            begun.push(now);
          } else if (begun.length > 0) {
            limit.end(begun.shift() ?? 0, each.pace, now);
          }
          expect(limit.inFlight).toBe(begun.length);
          expect(limit.limit).toBeGreaterThanOrEqual(1);
          expect(limit.limit).toBeLessThanOrEqual(most);
          expect(limit.expectedWaitMs(3, now)).toBeGreaterThanOrEqual(0);
          // It never stays shut for ever: idle, and after its rest, it takes one.
          const shut = begun.length === 0 && !limit.mayBegin(limit.quietUntil + now);
          expect(shut).toBe(false);
        }
      }),
    );
  });
});
