import { describe, expect, it } from "vitest";
import { at, second, setUp } from "./intake-under-test.ts";
import { recordsAt, someRecord } from "./some-jobs.ts";

describe("what was taken in", () => {
  it("is committed up to the oldest record that is not finished, and only where that has moved", async () => {
    const { intake, taken, commits, take } = setUp();
    take(0, 1, 2);
    await intake.commit();
    taken[1]?.finish();
    await intake.commit();
    taken[0]?.finish();
    await intake.commit();
    expect(commits).toEqual([
      [{ ...at, offset: 0 }],
      [{ ...at, offset: 0, metadata: "1;0;1.1" }],
      [{ ...at, offset: 2 }],
    ]);
  });

  it("is committed for each partition by itself", async () => {
    const { intake, taken, commits, take } = setUp();
    take(0, 1);
    intake.records({ ...second, records: recordsAt(7) });
    for (const one of taken) one.finish();
    await intake.commit();
    expect(commits).toEqual([
      [
        { ...at, offset: 2 },
        { ...second, offset: 8 },
      ],
    ]);
  });

  it("is committed again later when the group did not take it", async () => {
    const { intake, taken, commits, consumer, take } = setUp();
    take(0);
    taken[0]?.finish();
    consumer.refuses = true;
    await expect(intake.commit()).rejects.toThrow("rebalancing");
    consumer.refuses = false;
    await intake.commit();
    expect(commits).toEqual([[{ ...at, offset: 1 }]]);
  });

  it("is handed on once, though the group hands it out again", () => {
    const { intake, taken, take } = setUp();
    take(0, 1);
    taken[0]?.finish();
    intake.assigned([at, second]);
    take(0, 1, 2);
    expect(taken.map(({ record }) => record.offset)).toEqual([0, 1, 2]);
  });
});

describe("a partition that goes to another worker", () => {
  it("is lost: nothing of it is committed or resumed any more", async () => {
    const { intake, taken, commits, said, take } = setUp({ records: 2 });
    take(0, 1);
    intake.assigned([second]);
    expect(taken.map(({ lost }) => lost)).toEqual([true, true]);
    for (const one of taken) one.finish();
    await intake.commit();
    expect([commits, said]).toEqual([[], ["pause 0"]]);
  });

  it("has room anew when others have gone on with it, and when it was made anew, however full it was", () => {
    const { intake, taken, said, take } = setUp({ records: 2 });
    take(0, 1);
    intake.assigned([at, second], new Map([["onhook.jobs/0", { ...at, offset: 2 }]]));
    take(2, 3);
    intake.rewound(at);
    expect(said).toEqual(["pause 0", "resume 0", "pause 0", "resume 0"]);
    expect(taken.map(({ lost }) => lost)).toEqual([true, true, true, true]);
  });

  it("is begun afresh when it comes back", async () => {
    const { intake, taken, commits, take } = setUp();
    take(0, 1);
    intake.assigned([second]);
    intake.assigned([at, second]);
    take(1, 2);
    taken[0]?.finish();
    for (const one of taken.slice(2)) one.finish();
    await intake.commit();
    expect(taken.map(({ lost }) => lost)).toEqual([true, true, false, false]);
    expect(commits).toEqual([[{ ...at, offset: 3 }]]);
  });
});

describe("a partition that is handed out anew to the same worker", () => {
  it("is not committed before its first batch has told whether another worker went further", async () => {
    const { intake, taken, commits, take } = setUp();
    take(0, 1);
    intake.assigned([at, second]);
    for (const one of taken) one.finish();
    await intake.commit();
    expect(commits).toEqual([]);
    take(0, 1);
    await intake.commit();
    expect(commits).toEqual([[{ ...at, offset: 2 }]]);
    expect(taken).toHaveLength(2);
  });
});

describe("back-pressure", () => {
  it("pauses a partition at the limit of records, before they are handed on, and resumes it at half", () => {
    const { taken, said, take } = setUp({ records: 4 });
    take(0, 1, 2);
    expect(said).toEqual([]);
    take(3, 4);
    expect(said).toEqual(["pause 0"]);
    taken[0]?.finish();
    taken[1]?.finish();
    expect(said).toEqual(["pause 0"]);
    taken[4]?.finish();
    taken[3]?.finish();
    expect(said).toEqual(["pause 0", "resume 0"]);
  });

  it("counts bytes of keys, values and headers, too", () => {
    const { intake, taken, said } = setUp({ bytes: 5000 });
    const rest = {
      key: Buffer.alloc(400),
      value: Buffer.alloc(1000),
      headers: { h: "x".repeat(989) },
    };
    const big = [0, 1].map((offset) => someRecord({ offset, ...rest }));
    intake.records({ ...at, records: big });
    expect(said).toEqual(["pause 0"]);
    taken[1]?.finish();
    expect(said).toEqual(["pause 0", "resume 0"]);
  });

  it("holds up only the partition that is full", () => {
    const { intake, said, take } = setUp({ records: 2 });
    intake.records({ ...second, records: recordsAt(0) });
    take(0, 1, 2);
    expect(said).toEqual(["pause 0"]);
  });
});

describe("an intake that is closed", () => {
  it("pauses what is not paused yet, takes nothing more, and still commits what is finished", async () => {
    const { intake, taken, said, commits, take } = setUp({ records: 2 });
    take(0, 1);
    intake.records({ ...second, records: recordsAt(0) });
    intake.close();
    expect(said).toEqual(["pause 0", "pause 1"]);
    take(2);
    for (const one of taken) one.finish();
    await intake.commit();
    expect(taken).toHaveLength(3);
    expect(said).toEqual(["pause 0", "pause 1"]);
    expect(commits).toEqual([
      [
        { ...at, offset: 2 },
        { ...second, offset: 1 },
      ],
    ]);
  });
});

describe("a partition whose topic was deleted and made again", () => {
  it("is begun afresh, though its new offsets are below what was committed of the old", async () => {
    const { intake, taken, commits, take } = setUp();
    take(0, 1, 2);
    for (const one of taken) one.finish();
    await intake.commit();
    intake.assigned([at, second]);
    take(0, 1);
    for (const one of taken) one.finish();
    await intake.commit();
    expect(taken.map(({ record }) => record.offset)).toEqual([0, 1, 2, 0, 1]);
    expect(commits.at(-1)).toEqual([{ ...at, offset: 2 }]);
  });
});

describe("one kind of record in a partition", () => {
  const keyed = (key: string, from: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      someRecord({ offset: from + index, key: Buffer.from(key) }),
    );

  it("crowds from when it has more than half of the room until it no longer has, while there are others", () => {
    const { clock, intake, taken } = setUp({ records: 10 });
    intake.records({ ...at, records: [...keyed("a", 0, 5), ...keyed("b", 5, 1)] });
    expect(taken.map(({ crowdingSince }) => crowdingSince)).toEqual(Array(6).fill(null));
    intake.records({ ...at, records: keyed("a", 6, 1) });
    expect(taken[0]?.crowdingSince).toBe(clock.now());
    expect(taken[5]?.crowdingSince).toBe(null);
    taken[0]?.finish();
    expect(taken[1]?.crowdingSince).toBe(null);
  });

  it("crowds nobody while it is alone", () => {
    const { intake, taken } = setUp({ records: 10 });
    intake.records({ ...at, records: keyed("a", 0, 9) });
    expect(taken[0]?.crowdingSince).toBe(null);
  });
});
