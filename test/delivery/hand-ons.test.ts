import { describe, expect, it } from "vitest";
import { HandOns } from "../../src/delivery/hand-ons.ts";
import { handOnHeaders } from "../../src/jobs/hand-on.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { at, second, setUp } from "./intake-under-test.ts";
import { nine, someRecord } from "./some-jobs.ts";

describe("a job that was handed on twice", () => {
  const handedOn = (offset: number, from: number, partition = 0) =>
    someRecord({ offset, partition, headers: handOnHeaders(someRecord({ offset: from })) });

  it("is taken in once, and the copy counts as finished", async () => {
    const { intake, taken, copied, commits } = setUp();
    intake.records({ ...at, records: [handedOn(0, 7), handedOn(1, 8), handedOn(2, 7)] });
    expect(taken.map(({ record }) => record.offset)).toEqual([0, 1]);
    expect(copied).toEqual(["0/2"]);
    for (const one of taken) one.finish();
    await intake.commit();
    expect(commits).toEqual([[{ ...at, offset: 3 }]]);
  });

  it("is known as such when it was finished here", () => {
    const { intake, taken, copied } = setUp();
    intake.records({ ...at, records: [handedOn(0, 6)] });
    taken[0]?.finish();
    intake.records({ ...at, records: [handedOn(3, 6)] });
    expect([taken.map(({ record }) => record.offset), copied]).toEqual([[0], ["0/3"]]);
  });

  it("is done where the other one counts as finished to whoever was here before: it may have been passed over for this one", () => {
    const { intake, taken, copied } = setUp();
    const noted = "1;0;1.1";
    intake.records({ ...at, records: [handedOn(0, 6), handedOn(1, 7), handedOn(2, 7)] }, noted);
    expect([taken.map(({ record }) => record.offset), copied]).toEqual([[0, 2], []]);
  });

  it("goes on with the one that is further on its way, though it comes later", () => {
    const { intake, taken, copied } = setUp();
    const first = handedOn(0, 7);
    const { headers, ...others } = handedOn(1, 7);
    const further = { ...others, headers: { ...headers, "onhook-attempt": Buffer.from("2") } };
    intake.records({ ...at, records: [first, further] });
    expect([taken.map((one) => one.begin()), copied]).toEqual([[false, true], ["0/0"]]);
  });

  it("is told from one that comes from a topic made anew, by the time", () => {
    const { intake, taken } = setUp();
    const later = someRecord({ offset: 7, timestamp: nine + 1 });
    const again = someRecord({ offset: 1, headers: handOnHeaders(later) });
    intake.records({ ...at, records: [handedOn(0, 7), again] });
    expect(taken).toHaveLength(2);
  });

  it("is taken in once more where its partition was away and has come back", () => {
    const { intake, taken, copied } = setUp();
    intake.records({ ...at, records: [handedOn(0, 7)] });
    intake.assigned([second]);
    intake.assigned([at, second]);
    intake.records({ ...at, records: [handedOn(0, 7)] });
    expect([taken.map(({ lost }) => lost), copied]).toEqual([[true, false], []]);
  });

  it("is passed over in another partition, but only behind, so that each copy's owners agree on which", () => {
    const { intake, taken, copied } = setUp();
    intake.records({ ...at, records: [handedOn(5, 7)] });
    intake.records({ ...second, records: [handedOn(0, 7, 1), handedOn(1, 8, 1)] });
    intake.records({ ...at, records: [handedOn(6, 8)] });
    expect(copied).toEqual(["1/0"]);
    expect(taken.map(({ record: { partition, offset } }) => `${partition}/${offset}`)).toEqual([
      "0/5",
      "1/1",
      "0/6",
    ]);
  });

  it("is done when the other copy's partition has gone to another worker", () => {
    const { intake, taken } = setUp();
    intake.records({ ...at, records: [handedOn(5, 7)] });
    intake.assigned([second]);
    intake.records({ ...second, records: [handedOn(0, 7, 1)] });
    expect(taken.map(({ lost }) => lost)).toEqual([true, false]);
  });

  it("is remembered for a while only", () => {
    const holder = { at, lost: false, sure: true };
    const handOns = new HandOns(2);
    const isCopy = (offset: number, from: number) =>
      handOns.take(handedOn(offset, from), holder) === null;
    expect([isCopy(0, 11), isCopy(1, 12), isCopy(2, 13), isCopy(3, 11), isCopy(4, 13)]).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});

describe("a job that was handed on by somebody who could not commit that", () => {
  /** What it was handed on from, and what carries it on. */
  function both() {
    const set = setUp();
    const { intake, taken, copied } = set;
    const source = someRecord({ offset: 7 });
    const next = someRecord({ offset: 3, partition: 1, headers: handOnHeaders(source) });
    const read = (record: LogRecord) => {
      intake.records({ ...record, records: [record] });
      return taken.findLast((each) => each.record === record);
    };
    const places = () => taken.map(({ record: { partition, offset } }) => `${partition}/${offset}`);
    return { ...set, source, next, read, places, copied };
  }

  it("is done by what carries it on where that comes first, or is under way, or done", async () => {
    const { source, next, read, copied, commits, intake } = both();
    const carrying = read(next);
    expect([read(source), copied]).toEqual([undefined, ["0/7"]]);
    expect(carrying?.begin()).toBe(true);
    carrying?.leave();
    carrying?.finish();
    intake.assigned([second]);
    intake.assigned([at, second]);
    expect([read({ ...source }), copied]).toEqual([undefined, ["0/7", "0/7"]]);
    await intake.commit();
    expect(commits.flat()).toContainEqual({ ...at, offset: 8 });
  });

  it("is so, too, where what it was handed on from has not been begun", () => {
    const { source, next, read, copied } = both();
    const [first, carrying] = [read(source), read(next)];
    expect([first?.begin(), carrying?.begin(), copied]).toEqual([false, true, ["0/7"]]);
  });

  it("is not handed on once more by what it was handed on from, where that is under way", () => {
    const { source, next, read, copied } = both();
    const first = read(source);
    expect(first?.begin()).toBe(true);
    const carrying = read(next);
    expect(first?.leave()).toBe(false);
    first?.finish();
    expect([carrying?.begin(), copied]).toEqual([true, []]);
  });

  it("is over where what it was handed on from was under way, and ends here", () => {
    const { source, next, read, copied } = both();
    const first = read(source);
    expect(first?.begin()).toBe(true);
    const carrying = read(next);
    first?.finish();
    expect([carrying?.begin(), copied]).toEqual([false, ["1/3"]]);
    expect([read({ ...next, offset: 9 }), copied]).toEqual([undefined, ["1/3", "1/9"]]);
  });

  it("is not left to what it was handed on from: whoever handed that on may get it back, and counts it as done", async () => {
    const [handing, between] = [both(), both()];
    const handed = handing.read(handing.source);
    expect([handed?.begin(), handed?.leave()]).toEqual([true, true]);
    handed?.finish();
    // It can't commit that. Its partitions go to another worker, who has both records, begins neither, and loses them.
    between.read(between.source);
    expect(between.read(between.next)).toBeDefined();
    await between.intake.commit();
    expect(between.commits.flat()).toContainEqual({ ...second, offset: 3 });
    // The group stands where the first has left it: nothing was committed meanwhile.
    handing.intake.assigned([at, second], new Map());
    handing.read({ ...handing.source });
    expect(handing.read(handing.next)?.begin()).toBe(true);
  });

  it("goes on by what this process itself has handed it on to", () => {
    const { source, next, read } = both();
    const first = read(source);
    expect([first?.begin(), first?.leave()]).toEqual([true, true]);
    expect(read(next)?.begin()).toBe(true);
    first?.finish();
    expect(read({ ...next, offset: 9 })).toBeUndefined();
  });

  it("is done by both where the partition of what carries it on may be another's", () => {
    const { source, next, read, consumer } = both();
    expect(read(next)?.begin()).toBe(true);
    consumer.isConfirmed = false;
    expect(read(source)?.begin()).toBe(true);
  });

  it("is done by what it was handed on from where the partition of what carries it on has gone", () => {
    const { source, next, read, intake } = both();
    expect(read(next)?.begin()).toBe(true);
    intake.assigned([at]);
    expect(read(source)?.begin()).toBe(true);
  });

  it("is done by what carries it on where the first's partition has gone, and not again when that is back", () => {
    const { source, next, read, intake } = both();
    expect(read(source)?.begin()).toBe(true);
    intake.assigned([second]);
    expect(read(next)?.begin()).toBe(true);
    intake.assigned([at, second]);
    expect(read({ ...source })).toBeUndefined();
  });

  it("is not begun anew by what it was handed on from where it has been handed on further and passed over for that", () => {
    const { source, next, read, copied } = both();
    const further = someRecord({ offset: 4, partition: 1, headers: handOnHeaders(next) });
    const carrying = read(next);
    expect(read(further)?.begin()).toBe(true);
    expect(carrying?.begin()).toBe(false);
    expect([read(source), copied]).toEqual([undefined, ["1/3", "0/7"]]);
  });
});
