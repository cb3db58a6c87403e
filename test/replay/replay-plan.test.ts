import { describe, expect, it } from "vitest";
import { planReplay } from "../../src/replay/replay-plan.ts";

const range = { begin: 0, end: 100 };

describe("the plan of a replay", () => {
  it("is all that is there where no run has been", () => {
    expect(
      planReplay([{ partition: 0, range: { begin: 7, end: 100 }, low: 7, standing: undefined }]),
    ).toEqual([{ partition: 0, begin: 7, end: 100, continued: false, gone: 0, noted: false }]);
  });

  it("keeps the ends of a run that did not finish, in those partitions too where it has", () => {
    const parts = planReplay([
      { partition: 0, range, low: 0, standing: { offset: 50, until: 50 } },
      { partition: 1, range, low: 0, standing: { offset: 20, until: 60 } },
    ]);
    expect(parts).toEqual([
      { partition: 0, begin: 50, end: 50, continued: true, gone: 0, noted: true },
      { partition: 1, begin: 20, end: 60, continued: true, gone: 0, noted: true },
    ]);
  });

  it("goes on to what has come since, once all is finished", () => {
    const parts = planReplay([
      { partition: 0, range, low: 0, standing: { offset: 50, until: 50 } },
      { partition: 1, range, low: 0, standing: { offset: 100, until: 100 } },
    ]);
    expect(parts).toMatchObject([
      { begin: 50, end: 100, noted: false },
      { begin: 100, end: 100, noted: true },
    ]);
  });

  it("begins where the topic still keeps something, and says how much is gone", () => {
    const standing = { offset: 20, until: 60 };
    expect(planReplay([{ partition: 0, range, low: 30, standing }])).toMatchObject([
      { begin: 30, end: 60, gone: 10 },
    ]);
    expect(planReplay([{ partition: 0, range, low: 80, standing }])).toMatchObject([
      { begin: 60, end: 60, gone: 40 },
    ]);
  });

  it("never goes back, not even where a range now ends before where a run has been", () => {
    const standing = { offset: 70, until: 70 };
    expect(
      planReplay([{ partition: 0, range: { begin: 0, end: 40 }, low: 0, standing }]),
    ).toMatchObject([{ begin: 70, end: 70 }]);
  });
});
