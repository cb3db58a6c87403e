import { describe, expect, it } from "vitest";
import { HandOns } from "../../src/delivery/hand-ons.ts";
import { handOnHeaders } from "../../src/jobs/hand-on.ts";
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

  it("is known as such when it was finished already, here or by whoever was here before", () => {
    const { intake, taken, copied } = setUp();
    const noted = "1;0;1.1";
    intake.records({ ...at, records: [handedOn(0, 6), handedOn(1, 7), handedOn(2, 7)] }, noted);
    taken[0]?.finish();
    intake.records({ ...at, records: [handedOn(3, 6)] });
    expect([taken.map(({ record }) => record.offset), copied]).toEqual([[0], ["0/2", "0/3"]]);
  });

  it("is told from one that comes from a topic made anew, by the time", () => {
    const { intake, taken } = setUp();
    const later = someRecord({ offset: 7, timestamp: nine + 1 });
    const again = someRecord({ offset: 1, headers: handOnHeaders(later) });
    intake.records({ ...at, records: [handedOn(0, 7), again] });
    expect(taken).toHaveLength(2);
  });

  it("stays in hand where it is handed out anew", () => {
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
    const holder = { at, lost: false };
    const handOns = new HandOns(2);
    const isCopy = (offset: number, from: number) => handOns.isCopy(handedOn(offset, from), holder);
    expect([isCopy(0, 1), isCopy(1, 2), isCopy(2, 3), isCopy(3, 1), isCopy(4, 3)]).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});
