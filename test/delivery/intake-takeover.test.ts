import { describe, expect, it } from "vitest";
import { HandOns } from "../../src/delivery/hand-ons.ts";
import { Intake } from "../../src/delivery/intake.ts";
import type { Taken } from "../../src/delivery/partition-lane.ts";
import type { CommittedOffset, LogRecord } from "../../src/log/log-record.ts";

const at = { topic: "jobs", partition: 0 };

function records(from: number, to: number): LogRecord[] {
  return Array.from({ length: to - from }, (_, index) => ({
    ...at,
    offset: from + index,
    timestamp: 0,
    key: null,
    value: Buffer.from("job"),
    headers: {},
  }));
}

function setUp() {
  const taken: Taken[] = [];
  const commits: CommittedOffset[] = [];
  let refuses = false;
  const intake = new Intake(
    {
      pause: () => undefined,
      resume: () => undefined,
      confirmed: async () => undefined,
      isConfirmed: true,
      commit: async (offsets) => {
        if (refuses) throw new Error("no answer");
        commits.push(...offsets);
      },
    },
    {
      limits: { records: 100, bytes: 1_000_000 },
      kindOf: () => "any",
      now: () => 0,
      take: (one) => taken.push(one),
      finished: () => undefined,
      handOns: new HandOns(),
      copied: () => undefined,
    },
  );
  intake.assigned([at]);
  intake.records({ ...at, records: records(0, 3) });
  return { intake, taken, commits, refuse: () => void (refuses = true) };
}

describe("a partition that comes back", () => {
  it("goes on where it was, when nobody else has had it", async () => {
    const { intake, taken, commits } = setUp();
    taken[0]?.finish();
    intake.assigned([at]);
    intake.records({ ...at, records: records(0, 5) });
    expect(taken.map(({ record }) => record.offset)).toEqual([0, 1, 2, 3, 4]);
    for (const one of taken) one.finish();
    await intake.commit();
    expect(taken.some(({ lost }) => lost)).toBe(false);
    expect(commits).toEqual([{ ...at, offset: 5 }]);
  });

  it("is begun afresh when another worker has committed beyond what is in hand here", async () => {
    const { intake, taken, commits } = setUp();
    intake.assigned([at]);
    intake.records({ ...at, records: records(7, 8) });
    expect(taken.map(({ lost }) => lost)).toEqual([true, true, true, false]);
    taken[0]?.finish();
    await intake.commit();
    expect(commits).toEqual([{ ...at, offset: 7 }]);
  });

  it.each([
    ["committed more of it", { offset: 2 }],
    ["finished more of it", { offset: 1, metadata: "1;1;1.1" }],
    ["had it made anew", undefined],
  ])("is given up at once, before anything of it comes, when others have %s", async (_, change) => {
    const { intake, taken } = setUp();
    taken[0]?.finish();
    await intake.commit();
    const standing = change === undefined ? [] : [["jobs/0", { ...at, ...change }] as const];
    intake.assigned([at], new Map(standing));
    expect(taken.map(({ lost }) => lost)).toEqual([true, true, true]);
  });

  it("goes on where it was when its group stands where it was left, though others may have had it", async () => {
    const { intake, taken, commits } = setUp();
    intake.assigned([at], new Map());
    taken[1]?.finish();
    taken[0]?.finish();
    intake.records({ ...at, records: records(0, 4) });
    await intake.commit();
    expect(commits).toEqual([{ ...at, offset: 2 }]);
    intake.assigned([at], new Map([["jobs/0", { ...at, offset: 2 }]]));
    expect(taken.map(({ lost }) => lost)).toEqual([false, false, false, false]);
  });

  it("goes on where it was when what it could not know to be committed was", async () => {
    const { intake, taken, commits, refuse } = setUp();
    taken[0]?.finish();
    refuse();
    await expect(intake.commit()).rejects.toThrow("no answer");
    intake.assigned([at], new Map([["jobs/0", { ...at, offset: 1 }]]));
    expect(taken.map(({ lost }) => lost)).toEqual([false, false, false]);
    expect(commits).toEqual([]);
  });

  it("is begun afresh when it begins before what was committed: its topic was made again", async () => {
    const { intake, taken, commits } = setUp();
    for (const one of taken) one.finish();
    await intake.commit();
    intake.assigned([at]);
    intake.records({ ...at, records: records(0, 2) });
    expect(taken.slice(3).map(({ record, lost }) => [record.offset, lost])).toEqual([
      [0, false],
      [1, false],
    ]);
    for (const one of taken.slice(3)) one.finish();
    await intake.commit();
    expect(commits.map(({ offset }) => offset)).toEqual([3, 2]);
  });

  it("is begun afresh when it was rewound, and what is in hand of before commits nothing", async () => {
    const { intake, taken, commits } = setUp();
    intake.rewound(at);
    intake.records({ ...at, records: records(0, 1) });
    expect(taken.map(({ lost }) => lost)).toEqual([true, true, true, false]);
    for (const one of taken.slice(0, 3)) one.finish();
    await intake.commit();
    taken[3]?.finish();
    await intake.commit();
    expect(commits.map(({ offset }) => offset)).toEqual([0, 1]);
  });
});
