import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextStop, round } from "../../src/delivery/next-stop.ts";
import type { Outcome } from "../../src/delivery/outcome.ts";
import { createRetryLadder } from "../../src/delivery/retry-ladder.ts";
import { nine, someState } from "./some-jobs.ts";

const ladder = createRetryLadder(
  "r.",
  Array.from({ length: 10 }, (_, index) => (index + 1) * 2000),
);
const failed = { kind: "failed", reason: "status", status: 500, error: "", waitMs: 0 } as const;

/** The next stop of an attempt, at nine, of a trigger with three retries. */
const after = (outcome: Exclude<Outcome, { kind: "aborted" }>, attempt = 1, retries = 3) =>
  nextStop(outcome, { state: someState({ attempt }), retries, ladder, now: nine });

describe("after an attempt", () => {
  it("that delivered, the job is done", () => {
    expect(after({ kind: "delivered", status: 200 })).toEqual({ kind: "done" });
  });

  it.each([1, 2, 3])(
    "that failed, number %i, the job waits on the rung of its retry",
    (attempt) => {
      const delayMs = attempt * 2000;
      expect(after(failed, attempt)).toEqual({
        kind: "retry",
        rung: { topic: `r.${delayMs / 1000}s`, delayMs },
        state: {
          attempt: attempt + 1,
          dueAt: nine + delayMs,
          notBefore: null,
          firstFailedAt: nine,
          lastReason: "status",
          lastStatus: 500,
        },
      });
    },
  );

  it("that failed and was the last one, the job is dead, with the attempt that failed last", () => {
    expect(after(failed, 4)).toMatchObject({
      kind: "dead",
      reason: "status",
      state: { attempt: 4, dueAt: null, lastStatus: 500 },
    });
    expect(after(failed, 1, 0)).toMatchObject({ kind: "dead", state: { attempt: 1 } });
  });

  it("that was final, the job is dead, whatever retries are left", () => {
    const gone = { kind: "final", reason: "gone", status: 410, error: "" } as const;
    expect(after(gone)).toMatchObject({ kind: "dead", reason: "gone", state: { attempt: 1 } });
  });

  it("keeps the time of the first failure and replaces what was last", () => {
    const state = someState({ attempt: 2, firstFailedAt: nine - 9, lastStatus: 503, notBefore: 5 });
    const outcome = { ...failed, reason: "timeout", status: null } as const;
    const stop = nextStop(outcome, { state, retries: 3, ladder, now: nine });
    expect(stop).toMatchObject({
      state: {
        firstFailedAt: nine - 9,
        lastReason: "timeout",
        lastStatus: null,
        notBefore: null,
      },
    });
  });
});

describe("a receiver that asks for time", () => {
  it.each([
    [2000, "r.2s", null],
    [2001, "r.4s", nine + 2001],
    [7000, "r.8s", nine + 7000],
    [20_000, "r.20s", nine + 20_000],
    [180_000, "r.20s", nine + 180_000],
  ])("of %i ms sends the first retry to %s", (waitMs, topic, notBefore) => {
    const stop = after({ ...failed, waitMs });
    const delayMs = ladder.rungs.find((rung) => rung.topic === topic)?.delayMs ?? 0;
    expect(stop).toMatchObject({ rung: { topic }, state: { attempt: 2, notBefore } });
    expect(stop).toMatchObject({ state: { dueAt: nine + delayMs } });
  });

  it("has no say where no retries are left", () => {
    expect(after({ ...failed, waitMs: 60_000 }, 4)).toMatchObject({ kind: "dead" });
  });
});

describe("a job that goes round", () => {
  it("comes out no earlier than asked for and less than a rung later, and keeps its attempt", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400_000 }), (waitMs) => {
        let state = someState({ attempt: 3, notBefore: nine + waitMs });
        let now = nine;
        while (now < (state.notBefore ?? 0)) {
          const next = round(state, ladder, now);
          expect(next.state.dueAt).toBe(now + next.rung.delayMs);
          now = next.state.dueAt ?? Infinity;
          state = next.state;
        }
        expect(now - nine).toBeGreaterThanOrEqual(waitMs);
        expect(now - nine).toBeLessThan(waitMs + 2000);
        expect(state.attempt).toBe(3);
      }),
      { numRuns: 50 },
    );
  });
});
