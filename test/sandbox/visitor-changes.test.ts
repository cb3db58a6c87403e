import { describe, expect, test } from "vitest";
import type { VisitorChange } from "../../src/sandbox/demo-ledger.ts";
import { clean, runOf, start, trigger } from "./ledger-under-test.ts";
import type { Run } from "./ledger-under-test.ts";

describe("what somebody does in the portal meanwhile is not judged", () => {
  const change = (changes: Partial<VisitorChange>): VisitorChange => ({
    action: "trigger.created",
    tenantId: "t1",
    triggerId: null,
    subject: null,
    ...changes,
  });
  /** Two jobs that are on their way, one of each trigger. */
  function underWay(): Run {
    const run = start([trigger("ok"), trigger("broken")]);
    run.call("c1");
    return run;
  }

  test("webhooks of a trigger of their own are neither expected nor unexpected", () => {
    const run = runOf("ok", [201], "delivered");
    run.ledger.changeSeen(change({ triggerId: "mine" }));
    run.ledger.attemptSeen({ jobId: "m1", triggerId: "mine", outcome: "failed", attempt: 1 });
    run.ledger.attemptSeen({ jobId: "m1", triggerId: "mine", outcome: "dead", attempt: 2 });
    run.arrives("m1", 201);
    run.arrives("test_1", 201);
    expect(run.ledger.verdict()).toEqual({ ...clean, delivered: 1 });
  });

  test.each(["trigger.replaced", "trigger.disabled", "trigger.enabled"] as const)(
    "after %s that trigger's jobs are, and only those of the others have to come",
    (action) => {
      const run = underWay();
      run.ledger.changeSeen(change({ action, triggerId: "ok" }));
      expect(run.ledger.open).toBe(1);
      run.seen("c1-ok", "cancelled");
      run.call("c2");
      run.arrives("c2-ok", 201);
      expect(run.ledger.verdict()).toMatchObject({ matched: 2, jobs: 3, lost: 2, doubled: 0 });
      for (const problem of run.ledger.verdict().problems) expect(problem).toContain("to broken");
    },
  );

  test.each([
    { action: "trigger.deleted", triggerId: "ok" },
    { action: "tenant.written" },
    { action: "replay.started" },
  ] as const)("after $action all of the tenant's are", (what) => {
    const run = underWay();
    run.ledger.changeSeen(change(what));
    expect(run.ledger.open).toBe(0);
    expect(run.ledger.verdict()).toMatchObject({ lost: 0, problems: [] });
  });

  test("another tenant's change touches none", () => {
    const run = underWay();
    run.ledger.changeSeen(change({ action: "tenant.written", tenantId: "t2" }));
    expect(run.ledger.open).toBe(2);
  });

  test("a webhook that they had sent again may come again, and counts as what it was before", () => {
    const run = runOf("broken", [500, 500, 500], "dead");
    run.ledger.changeSeen(change({ action: "delivery.redelivered", subject: "c1-broken" }));
    run.arrives("c1-broken", 500);
    run.seen("c1-broken", "failed", 4);
    expect(run.ledger.verdict()).toEqual({ ...clean, retried: 2, dead: 1 });
  });

  test("an attempt for one of the demo's own triggers that nobody expected stays a problem", () => {
    const run = runOf("ok", [201], "delivered");
    run.ledger.changeSeen(change({ triggerId: "mine" }));
    run.seen("other", "delivered");
    expect(run.ledger.verdict().problems).toEqual(["webhook other was not expected"]);
  });
});
