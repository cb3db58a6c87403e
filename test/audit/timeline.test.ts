import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeenOffsets, createTimeline } from "../../src/audit/timeline.ts";
import { graceMs } from "../../src/audit/window.ts";

const none = (): number => -Infinity;
const events = [
  { offset: 0, at: 100_000 },
  { offset: 3, at: 200_000 },
  { offset: 4, at: 300_000 },
];

describe("the window of a call", () => {
  const timeline = createTimeline(events, none, 9);

  it("is one state, where nothing changed near its time", () => {
    expect(timeline.window(250_000, 260_000)).toEqual({ lo: 3, hi: 3 });
    expect(timeline.window(150_000, 150_000)).toEqual({ lo: 0, hi: 2 });
  });

  it("is empty before the first event, and goes to the topic's end behind the last", () => {
    expect(timeline.window(10_000, 20_000)).toEqual({ lo: -1, hi: -1 });
    expect(timeline.window(400_000, 500_000)).toEqual({ lo: 4, hi: 8 });
  });

  it("holds every event from when it may have been in force until it certainly is", () => {
    expect(timeline.window(200_000, 200_000)).toEqual({ lo: 0, hi: 3 });
    expect(timeline.window(200_000 + graceMs - 1, 200_000 + graceMs)).toEqual({ lo: 0, hi: 3 });
    expect(timeline.window(200_000 + graceMs, 200_000 + graceMs)).toEqual({ lo: 3, hi: 3 });
    expect(timeline.window(150_000, 200_000 - graceMs)).toEqual({ lo: 0, hi: 3 });
    expect(timeline.window(150_000, 200_000 - graceMs - 1)).toEqual({ lo: 0, hi: 2 });
  });

  it("holds all changes until a call that waited long was matched", () => {
    expect(timeline.window(150_000, 900_000)).toEqual({ lo: 0, hi: 8 });
  });

  it("of a topic without events is empty", () => {
    expect(createTimeline([], none, 0).window(1, 2)).toEqual({ lo: -1, hi: -1 });
  });
});

it("a matcher that is behind puts off from when on an event is certainly in force", () => {
  const seen = new SeenOffsets();
  seen.note(0, 150_000);
  seen.note(0, 400_000);
  seen.note(3, 390_000);
  const timeline = createTimeline(events, (offset) => seen.lastWithout(offset), 9);
  expect(timeline.window(400_000, 400_000)).toEqual({ lo: 0, hi: 8 });
  expect(timeline.window(400_000 + graceMs, 410_000)).toEqual({ lo: 4, hi: 8 });
});

it("the last time without an event is that of any job that had seen less, however they came", () => {
  const job = fc.record({ offset: fc.integer({ min: -1, max: 6 }), at: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(job), fc.nat(7), (jobs, offset) => {
      const seen = new SeenOffsets();
      for (const each of jobs) seen.note(each.offset, each.at);
      const times = jobs.filter((each) => each.offset < offset).map(({ at }) => at);
      expect(seen.lastWithout(offset)).toBe(Math.max(-Infinity, ...times));
    }),
  );
});

it("whatever was in force by the rule lies within the window", () => {
  const delays = fc.array(
    fc.record({ gap: fc.integer({ min: 1, max: 3 }), after: fc.nat(20_000) }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(delays, fc.nat(100_000), fc.nat(graceMs), fc.nat(30_000), (list, at, lag, wait) => {
      let [offset, time] = [-1, 0];
      const made = list.map(({ gap, after }) => {
        offset += gap;
        time += after;
        return { offset, at: time };
      });
      const matchedAt = at + wait;
      // A matcher that takes each event on some time after its append, no later than the grace.
      const inForce = made.findLast((event) => event.at + lag <= matchedAt)?.offset ?? -1;
      const { lo, hi } = createTimeline(made, none, offset + 1).window(at, matchedAt);
      expect(lo).toBeLessThanOrEqual(inForce);
      expect(hi).toBeGreaterThanOrEqual(inForce);
    }),
  );
});
