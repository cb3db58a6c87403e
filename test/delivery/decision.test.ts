import { describe, expect, it } from "vitest";
import type { Done } from "../../src/delivery/attempt-record.ts";
import {
  afterAttempt,
  cancelled,
  goesRound,
  makesDetour,
  undeliverable,
} from "../../src/delivery/decision.ts";
import { createRetryLadder } from "../../src/delivery/retry-ladder.ts";
import { OnhookError } from "../../src/errors.ts";
import { nine, someJob, someRecord, someState } from "./some-jobs.ts";
import { someTrace, traceparent } from "../jobs/some-trace.ts";

const ladder = createRetryLadder("r.", [2000, 4000]);
const from = someRecord({ headers: { traceparent, "onhook-attempt": "1", other: "x" } });
const { key, value } = from;
const trace = { traceparent };
const failed = {
  kind: "failed",
  reason: "status",
  status: 500,
  error: "it answered 500",
  waitMs: 0,
} as const;

const after = (done: Pick<Done, "outcome" | "stop">) =>
  afterAttempt(
    from,
    someJob(),
    someState(),
    {
      startedAt: nine,
      request: { method: "POST", url: "https://crm.example.com/" },
      result: { kind: "answer", status: 500, retryAfter: null, durationMs: 30 },
      trace: someTrace,
      ...done,
    },
    "dead",
  );

/** Names the record that the job comes from: a second hand-on of it is then known as such. */
const handedOn = { "onhook-handed-on-from": `onhook.jobs/0/8/${nine}` };

describe("after an attempt", () => {
  it("that delivered, nothing goes on, and the attempt is to be written", () => {
    const decision = after({
      outcome: { kind: "delivered", status: 200 },
      stop: { kind: "done" },
    });
    expect(decision).toMatchObject({ onward: null, cdrTimestamp: nine - 500, error: null });
    expect(decision.attempt).toMatchObject({ outcome: "delivered" });
  });

  it("that failed, the record goes to its rung, untouched, with its new state and its trace", () => {
    const state = someState({ attempt: 2, dueAt: nine + 2000 });
    const rung = { topic: "r.2s", delayMs: 2000 };
    const { onward, attempt } = after({ outcome: failed, stop: { kind: "retry", rung, state } });
    const own = { "onhook-attempt": "2", "onhook-due-at": String(nine + 2000) };
    const headers = { ...own, ...handedOn, ...trace };
    expect(onward).toEqual({ topic: "r.2s", key, value, headers });
    expect(attempt).toMatchObject({ outcome: "failed" });
  });

  it("that was the last, the record goes to the dead with the reason and the time of its end", () => {
    const state = someState({ attempt: 4 });
    const { onward } = after({ outcome: failed, stop: { kind: "dead", reason: "status", state } });
    expect(onward).toMatchObject({
      topic: "dead",
      key,
      value,
      headers: {
        "onhook-attempt": "4",
        "onhook-dead-reason": "status",
        "onhook-dead-error": "it answered 500",
        "onhook-dead-at": String(nine + 30),
      },
    });
  });
});

describe("instead of an attempt", () => {
  it("a cancelled job ends with a record that says why", () => {
    const done = { startedAt: nine, trace: someTrace, reason: "trigger-disabled" } as const;
    const decision = cancelled(from, someJob(), someState(), done);
    expect(decision).toMatchObject({
      onward: null,
      attempt: { outcome: "cancelled", reason: "trigger-disabled", at: nine, host: null },
    });
  });

  it("a job that must wait longer goes round, and no attempt is told of", () => {
    const state = someState({ attempt: 2, notBefore: nine + 3000, dueAt: nine });
    expect(goesRound(from, state, ladder, nine)).toEqual({
      onward: {
        topic: "r.4s",
        key,
        value,
        headers: {
          "onhook-attempt": "2",
          "onhook-due-at": String(nine + 4000),
          "onhook-not-before": String(nine + 3000),
          ...handedOn,
          ...trace,
        },
      },
      attempt: null,
      outcome: null,
      trace: null,
      cdrTimestamp: null,
      error: null,
    });
  });

  it("a job that makes a detour waits on the rung that is long enough, as it is, and keeps its replay", () => {
    const replayed = someRecord({ headers: { "onhook-replay": "r-1", "onhook-attempt": "1" } });
    expect(makesDetour(replayed, 2500, ladder, nine)).toMatchObject({
      onward: {
        topic: "r.4s",
        headers: { "onhook-attempt": "1", "onhook-due-at": String(nine + 4000) },
      },
      attempt: null,
    });
    const { onward } = makesDetour(replayed, 1_000_000, ladder, nine);
    expect(String(onward?.headers?.["onhook-replay"])).toBe("r-1");
  });

  it("a record that is no job goes to the dead as it is, and its error is told", () => {
    const error = new OnhookError("WIRE_FORMAT", { problem: "the value is null" });
    const decision = undeliverable(from, someState({ attempt: 3 }), error, "dead", nine);
    expect(decision).toMatchObject({ attempt: null, cdrTimestamp: null, error });
    expect(decision.onward).toMatchObject({
      topic: "dead",
      key,
      value,
      headers: {
        "onhook-attempt": "3",
        "onhook-dead-reason": "undecodable",
        "onhook-dead-error": error.message,
        "onhook-source-offset": "8",
      },
    });
  });
});
