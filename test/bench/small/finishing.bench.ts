import { bench, describe } from "vitest";
import { HandOns } from "../../../src/delivery/hand-ons.ts";
import { createOffsetTracker } from "../../../src/delivery/offset-tracker.ts";

/** Each of these does this many records' work: what is measured is a thousand times what one takes. */
const records = 1000;
const open = 500;

describe("a thousand records are finished", () => {
  const handOns = new HandOns();
  const holder = { at: { topic: "onhook.jobs", partition: 0 }, lost: false, sure: true };
  let [handOnOffset, offset] = [0, 0];
  const end = (): void => {
    const record = {
      ...holder.at,
      offset: handOnOffset,
      timestamp: 1_790_000_000_000 + handOnOffset,
      key: null,
      value: null,
      headers: {},
    };
    handOnOffset += 1;
    const inHand = handOns.take(record, holder);
    inHand?.begin();
    inHand?.end();
  };
  // As many as are remembered, and some more.
  for (let count = 0; count < 150_000; count += 1) end();
  bench("and remembered", () => {
    for (let count = 0; count < records; count += 1) end();
  });

  const tracker = createOffsetTracker();
  for (; offset < open; offset += 1) tracker.begin(offset);
  bench("and counted", () => {
    for (let count = 0; count < records; count += 1, offset += 1) {
      tracker.begin(offset);
      // Two by two the other way round.
      tracker.finish((offset - open) ^ 1);
    }
  });

  const held = createOffsetTracker();
  const behind = 15_000;
  for (let begun = 0; begun <= behind; begun += 1) held.begin(begun);
  for (let done = 1; done <= behind; done += 1) held.finish(done);
  bench("and fifteen thousand behind one that hangs are told", () => {
    for (let count = 0; count < records; count += 1) held.finishedBeyond();
  });
});
