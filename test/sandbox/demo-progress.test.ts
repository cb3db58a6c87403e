import { expect, test } from "vitest";
import { createDemoProgress } from "../../src/sandbox/demo-progress.ts";
import type { DemoProgress, ProgressAttempt } from "../../src/sandbox/demo-progress.ts";
import { sampleTenants } from "../../src/sandbox/sample-tenants.ts";
import { receiverOfTrigger, sampleTriggers } from "../../src/sandbox/sample-triggers.ts";

const urls = { ok: "", flaky: "", broken: "", hang: "", gone: "" };
const triggers = sampleTriggers(urls);

let now = 0;

function start(): DemoProgress {
  now = 1_000_000;
  return createDemoProgress({
    now: () => now,
    triggers,
    tenants: sampleTenants,
    receiverOf: receiverOfTrigger,
    rungs: ["2s", "4s"],
  });
}

/** An attempt of a job of the trigger of that name. */
function attempt(name: string, changes: Partial<ProgressAttempt>): ProgressAttempt {
  const trigger = triggers.find((one) => one.name === name);
  return {
    jobId: `job of ${name}`,
    triggerId: trigger?.triggerId ?? "",
    tenantId: trigger?.tenantId ?? "",
    attempt: 1,
    outcome: "delivered",
    reason: null,
    status: 201,
    durationMs: 3,
    nextAttemptAt: null,
    ...changes,
  };
}

const failed = { outcome: "failed", reason: "status", status: 503 } as const;

function callWithJob(progress: DemoProgress, triggerId: string): void {
  progress.callSent([{ jobId: "j", triggerId, receiver: "ok" }]);
}

test("calls, matches and webhooks are counted apart", () => {
  const progress = start();
  progress.callSent([]);
  callWithJob(progress, "x");
  expect(progress.snapshot()).toMatchObject({ calls: 2, matched: 1, jobs: 1, underway: 1 });
});

test("a job that failed waits on the rung of its retry until it is due", () => {
  const progress = start();
  callWithJob(progress, "x");
  progress.attemptSeen(attempt("Sales pipeline", { ...failed, nextAttemptAt: now + 2_000 }));
  expect(progress.snapshot()).toMatchObject({ underway: 0, waitingByRung: { "2s": 1, "4s": 0 } });
  expect(progress.snapshot().byReceiver.flaky).toEqual({
    delivered: 0,
    failed: 1,
    dead: 0,
    waiting: 1,
  });
  now += 2_000;
  expect(progress.snapshot()).toMatchObject({ underway: 1, waitingByRung: { "2s": 0, "4s": 0 } });
});

test("a job that ends waits no more", () => {
  const progress = start();
  callWithJob(progress, "x");
  progress.attemptSeen(attempt("Sales pipeline", { ...failed, nextAttemptAt: now + 9_000 }));
  progress.attemptSeen(attempt("Sales pipeline", { attempt: 2 }));
  expect(progress.snapshot()).toMatchObject({
    delivered: 1,
    retried: 1,
    underway: 0,
    waitingByRung: { "2s": 0, "4s": 0 },
  });
});

test("the rate of calls is that of the last seconds", () => {
  const progress = start();
  for (let second = 0; second < 10; second += 1) {
    progress.snapshot();
    const calls = second < 5 ? 100 : 20;
    for (let sent = 0; sent < calls; sent += 1) progress.callSent([]);
    now += 1_000;
  }
  expect(progress.snapshot()).toMatchObject({ callsPerSecond: 20, elapsedMs: 10_000 });
});

test("each attempt becomes a line of names and figures, and only an undelivered end is told apart", () => {
  const progress = start();
  const nextAttemptAt = now + 4_000;
  const told = [
    progress.attemptSeen(attempt("CRM log", {})),
    progress.attemptSeen(attempt("Sales pipeline", { ...failed, attempt: 2, nextAttemptAt })),
    progress.attemptSeen(
      attempt("Emergency pager", { outcome: "dead", reason: "timeout", status: null }),
    ),
    progress.attemptSeen(
      attempt("VIP", { outcome: "cancelled", reason: "trigger-deleted", status: null }),
    ),
  ];
  expect(progress.snapshot().recent).toEqual([
    "✓ CRM log · Contoso Insurance · 201 · attempt 1, 3 ms",
    "↻ Sales pipeline · Contoso Insurance · 503 · retry 2 due in 4 s",
    "✗ Emergency pager · Harbour Plumbing · timeout · dead after 1 attempt",
    "✗ VIP · Kitano Trading · cancelled, trigger-deleted",
  ]);
  expect(told).toEqual([undefined, undefined, ...progress.snapshot().recent.slice(2)]);
});

test("only the latest events are kept", () => {
  const progress = start();
  for (let count = 0; count < 100; count += 1) {
    progress.attemptSeen(attempt("CRM log", { durationMs: count }));
  }
  expect(progress.snapshot().recent).toHaveLength(8);
  expect(progress.snapshot().recent.at(-1)).toContain("99 ms");
});

test("an attempt for a trigger of somebody else's is told, and not added up", () => {
  const progress = start();
  progress.attemptSeen(attempt("CRM log", { triggerId: "mine", attempt: 2 }));
  expect(progress.snapshot()).toMatchObject({ delivered: 0, retried: 0 });
  expect(progress.snapshot().recent).toEqual([
    "✓ mine · Contoso Insurance · 201 · attempt 2, 3 ms",
  ]);
});
