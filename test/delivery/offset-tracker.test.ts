import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createOffsetTracker } from "../../src/delivery/offset-tracker.ts";

describe("the mark of a partition", () => {
  it("is unknown before anything was begun", () => {
    const tracker = createOffsetTracker();
    expect([tracker.mark, tracker.open]).toEqual([null, 0]);
  });

  it("is the oldest record that is not finished", () => {
    const tracker = createOffsetTracker();
    for (const offset of [5, 6, 7]) tracker.begin(offset);
    tracker.finish(6);
    tracker.finish(7);
    expect([tracker.mark, tracker.open]).toEqual([5, 1]);
    tracker.finish(5);
    expect([tracker.mark, tracker.open]).toEqual([8, 0]);
  });

  it("leaps over offsets that never came: markers of transactions, aborted records", () => {
    const tracker = createOffsetTracker();
    for (const offset of [0, 4, 9]) tracker.begin(offset);
    tracker.finish(0);
    expect(tracker.mark).toBe(4);
    tracker.finish(4);
    expect(tracker.mark).toBe(9);
    tracker.finish(9);
    expect(tracker.mark).toBe(10);
  });

  it("is below every record that is not finished and above all before, in whatever order they finish", () => {
    const steps = fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), (some, picks) => {
        const offsets = some.toSorted((a, b) => a - b);
        const tracker = createOffsetTracker();
        for (const offset of offsets) tracker.begin(offset);
        const open = [...offsets];
        while (open.length > 0) {
          const [finished] = open.splice((picks.next().value ?? 0) % open.length, 1);
          tracker.finish(finished ?? 0);
          const end = (offsets.at(-1) ?? 0) + 1;
          expect([tracker.mark, tracker.open]).toEqual([open[0] ?? end, open.length]);
        }
      }),
    );
  });
});

describe("a record that comes again", () => {
  it("is refused while it is open and after it was finished", () => {
    const tracker = createOffsetTracker();
    expect([tracker.begin(3), tracker.begin(4)]).toEqual([true, true]);
    tracker.finish(3);
    expect([tracker.begin(3), tracker.begin(4), tracker.begin(5)]).toEqual([false, false, true]);
    expect(tracker.open).toBe(2);
  });

  it("counts as finished once, however often that is said, and never where it was not begun", () => {
    const tracker = createOffsetTracker();
    tracker.begin(3);
    tracker.begin(4);
    for (const offset of [4, 4, 9, 1]) tracker.finish(offset);
    expect([tracker.mark, tracker.open]).toEqual([3, 1]);
  });
});
