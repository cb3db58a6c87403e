import { describe, expect, it } from "vitest";
import { attemptRecord } from "../../src/delivery/attempt-record.ts";
import type { Done } from "../../src/delivery/attempt-record.ts";
import { nine, someJob, someState } from "./some-jobs.ts";

const request = { method: "POST", url: "https://crm.example.com:8443/hook?key=hush" } as const;
const rung = { topic: "onhook.retry.2s", delayMs: 2000 };
const failed = {
  kind: "failed",
  reason: "status",
  status: 500,
  error: "it answered 500",
  waitMs: 0,
} as const;

const recordOf = (done: Partial<Done>, attempt = 1) =>
  attemptRecord(someJob(), someState({ attempt }), {
    startedAt: nine,
    request,
    result: { kind: "answer", status: 200, retryAfter: null, durationMs: 12.6 },
    outcome: { kind: "delivered", status: 200 },
    trace: null,
    stop: { kind: "done" },
    ...done,
  });

describe("the record of an attempt", () => {
  it("that delivered names the job, the call, the request and the answer", () => {
    expect(recordOf({}, 3)).toEqual({
      jobId: "0a5c7a1e-0a5f-5b8c-9a53-0f6d3a0c1111",
      triggerId: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
      tenantId: "t1",
      cdrId: "call-1",
      attempt: 3,
      at: nine,
      durationMs: 13,
      outcome: "delivered",
      reason: null,
      status: 200,
      error: null,
      nextAttemptAt: null,
      method: "POST",
      host: "crm.example.com:8443",
      cdrTopic: "onhook.cdr",
      cdrPartition: 3,
      cdrOffset: 4711,
    });
  });

  it("that failed says why, and when the next is due", () => {
    const state = someState({ attempt: 2, dueAt: nine + 2000 });
    const record = recordOf({ outcome: failed, stop: { kind: "retry", rung, state } });
    expect(record).toMatchObject({
      outcome: "failed",
      reason: "status",
      status: 500,
      error: "it answered 500",
      nextAttemptAt: nine + 2000,
    });
  });

  it("whose receiver asked for time says when that is over, not when its first round ends", () => {
    const state = someState({ attempt: 2, dueAt: nine + 20_000, notBefore: nine + 180_000 });
    const record = recordOf({ outcome: failed, stop: { kind: "retry", rung, state } });
    expect(record.nextAttemptAt).toBe(nine + 180_000);
  });

  it("that was the last has no next", () => {
    const stop = { kind: "dead", reason: "status", state: someState() } as const;
    expect(recordOf({ outcome: failed, stop })).toMatchObject({
      outcome: "dead",
      reason: "status",
      nextAttemptAt: null,
    });
  });

  it("of a cancelled job has no request", () => {
    const stop = { kind: "cancelled", reason: "trigger-deleted" } as const;
    expect(recordOf({ request: null, result: null, outcome: null, stop })).toMatchObject({
      outcome: "cancelled",
      reason: "trigger-deleted",
      durationMs: 0,
      status: null,
      error: null,
      method: null,
      host: null,
    });
  });

  it("keeps nothing of the address but its host", () => {
    const text = JSON.stringify(recordOf({}));
    expect(text).not.toMatch(/hook\?|key=hush|\/hook/);
    expect(recordOf({ request: { method: "GET", url: "not an address" } }).host).toBeNull();
  });
});
