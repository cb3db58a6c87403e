import { describe, expect, it } from "vitest";
import { createStandings, endedTooOften, repeatsOf, standingOf } from "../../src/audit/job-end.ts";
import { JobLedger } from "../../src/audit/job-ledger.ts";
import type { JobEntry } from "../../src/audit/job-ledger.ts";

const place = {
  jobId: "job",
  triggerId: "trigger",
  tenantId: "tenant",
  cdrPartition: 2,
  cdrOffset: 7,
};

/** A job's entry after what `happens` to it; `at` goes on by itself. */
function entryOf(happens: (ledger: Told) => void): JobEntry {
  const ledger = new JobLedger();
  let at = 0;
  happens({
    made: (open = false, replay = false) =>
      ledger.made(place, { at: (at += 1), topic: "jobs", open, replay, triggersOffset: 0 }),
    waits: (topic) => ledger.waits(place, { at: (at += 1), topic, open: true }),
    died: (reason) => ledger.died(place, { at: (at += 1), reason }),
    attempted: (outcome, attempt = 1, reason = "status") =>
      ledger.attempted(place, { at: (at += 1), outcome, attempt, reason }),
  });
  const [entry] = ledger.entries;
  if (entry === undefined) throw new Error("nothing happened");
  return entry;
}

interface Told {
  made(open?: boolean, replay?: boolean): void;
  waits(topic: string): void;
  died(reason: string): void;
  attempted(outcome: string, attempt?: number, reason?: string): void;
}

describe("a job stands", () => {
  it.each<[string, (job: Told) => void, object]>([
    ["as delivered", (job) => (job.made(), job.attempted("delivered")), { state: "delivered" }],
    [
      "as delivered, whatever else became of it",
      (job) => (job.made(true), job.died("status"), job.attempted("delivered", 2)),
      { state: "delivered" },
    ],
    ["in its topic", (job) => job.made(true), { state: "pending", where: "jobs" }],
    [
      "on the rung where it came last",
      (job) => (job.made(), job.attempted("failed"), job.waits("2s"), job.waits("4s")),
      { state: "pending", where: "4s" },
    ],
    [
      "as dead, though its last record is not committed yet",
      (job) => (job.made(true), job.attempted("dead"), job.died("gone")),
      { state: "dead", reason: "gone" },
    ],
    [
      "as cancelled",
      (job) => (job.made(), job.attempted("cancelled", 1, "trigger-deleted")),
      { state: "cancelled", reason: "trigger-deleted" },
    ],
    [
      "as that which it came to last",
      (job) => (
        job.made(),
        job.died("gone"),
        job.made(false, true),
        job.attempted("cancelled", 1, "off")
      ),
      { state: "cancelled", reason: "off" },
    ],
    [
      "as pending once it was put back",
      (job) => (job.made(), job.died("gone"), job.made(true, true)),
      { state: "pending", where: "jobs" },
    ],
    ["as lost without an end", (job) => job.made(), { state: "lost" }],
    [
      "as lost where only an attempt says that it is dead",
      (job) => (job.made(), job.attempted("dead")),
      { state: "lost" },
    ],
    [
      "as lost where it was put back and came to no second end",
      (job) => (job.made(), job.died("gone"), job.made(false, true)),
      { state: "lost" },
    ],
  ])("%s", (_, happens, standing) => {
    expect(standingOf(entryOf(happens), true)).toEqual(standing);
  });

  it("in doubt where what tells its end may be gone, but not where its end is there", () => {
    expect(
      standingOf(
        entryOf((job) => job.made()),
        false,
      ),
    ).toEqual({ state: "in-doubt" });
    const dead = entryOf((job) => (job.made(), job.died("gone")));
    expect(standingOf(dead, false)).toEqual({ state: "dead", reason: "gone" });
  });
});

it("a dead record without a job stands for one job that is called dead", () => {
  const called = () => entryOf((job) => (job.made(), job.attempted("dead")));
  const [first, second] = [called(), called()];
  const standing = createStandings({ isTold: () => true, bareDead: 1 });
  expect(standing(first)).toEqual({ state: "dead", reason: "too-large" });
  expect(standing(second)).toEqual({ state: "lost" });
  expect(standing(first)).toEqual({ state: "dead", reason: "too-large" });
  expect(standing(entryOf((job) => job.made()))).toEqual({ state: "lost" });
});

it("attempts with the same number are repeats, but not those of another life", () => {
  const repeated = entryOf((job) => {
    job.made();
    for (const attempt of [1, 1, 2, 2, 2]) job.attempted("failed", attempt);
  });
  expect(repeatsOf(repeated)).toBe(3);
  const replayed = entryOf((job) => {
    for (const replay of [false, true]) {
      job.made(false, replay);
      for (const attempt of [1, 2]) job.attempted("failed", attempt);
    }
  });
  expect(repeatsOf(replayed)).toBe(0);
});

it("more ends than lives are too many", () => {
  const once = entryOf(
    (job) => (job.made(), job.died("gone"), job.made(false, true), job.attempted("delivered")),
  );
  expect(endedTooOften(once)).toBe(false);
  const twice = entryOf(
    (job) => (job.made(), job.attempted("delivered"), job.attempted("delivered")),
  );
  expect(endedTooOften(twice)).toBe(true);
});
