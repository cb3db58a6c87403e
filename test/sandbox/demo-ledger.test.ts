import { describe, expect, test } from "vitest";
import { createDemoLedger } from "../../src/sandbox/demo-ledger.ts";
import { createReceiverRecord } from "../../src/sandbox/receiver-record.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { clean, runOf, start, trigger } from "./ledger-under-test.ts";

describe("what goes as it has to leaves no problem", () => {
  test("a receiver that works takes the webhook at once", () => {
    const { ledger } = runOf("ok", [201], "delivered");
    expect(ledger.verdict()).toEqual({ ...clean, delivered: 1 });
    expect(ledger.open).toBe(0);
  });

  test("a receiver that fails twice takes it at the third attempt", () => {
    const { ledger } = runOf("flaky", [503, 500, 201], "delivered");
    expect(ledger.verdict()).toEqual({ ...clean, delivered: 1, retried: 2 });
  });

  test.each([
    ["broken", [500, 500, 500]],
    ["hang", [null, null, null]],
  ] as const)("a %s receiver lets it die after all retries", (kind, statuses) => {
    const { ledger } = runOf(kind, statuses, "dead");
    expect(ledger.verdict()).toEqual({ ...clean, retried: 2, dead: 1 });
  });

  test("a receiver that is gone sees nothing of a webhook that dies", () => {
    const { ledger, call, seen } = start([trigger("gone")]);
    call("c1");
    for (const attempt of [1, 2]) seen("c1-gone", "failed", attempt);
    seen("c1-gone", "dead", 3);
    expect(ledger.verdict()).toEqual({ ...clean, retried: 2, dead: 1 });
  });

  test("the record of an attempt may be read twice", () => {
    const run = runOf("flaky", [503, 500, 201], "delivered");
    run.seen("c1-flaky", "failed", 1);
    run.seen("c1-flaky", "delivered", 3);
    expect(run.ledger.verdict().problems).toEqual([]);
  });
});

describe("what goes wrong is named", () => {
  test("a webhook that is missing is lost", () => {
    const { ledger, call } = start([trigger("ok")]);
    call("c1");
    expect(ledger.open).toBe(1);
    expect(ledger.verdict()).toMatchObject({
      lost: 1,
      problems: ["to ok: webhook c1-ok did not arrive, is recorded as not ended"],
    });
  });

  test("a webhook that is recorded as delivered but never arrived is lost", () => {
    const { ledger, call, seen } = start([trigger("ok")]);
    call("c1");
    seen("c1-ok", "delivered");
    expect(ledger.verdict()).toMatchObject({ delivered: 0, lost: 1 });
    expect(ledger.verdict().problems).toEqual(["to ok: webhook c1-ok did not arrive"]);
  });

  test("a webhook that arrives twice is doubled", () => {
    const { ledger } = runOf("ok", [201, 201], "delivered");
    expect(ledger.verdict()).toMatchObject({ delivered: 1, lost: 0, doubled: 1 });
    expect(ledger.verdict().problems).toEqual(["to ok: webhook c1-ok arrived 2 times"]);
  });

  test("a webhook that arrived without a record of it is a problem", () => {
    const { ledger, call, arrives } = start([trigger("ok")]);
    call("c1");
    arrives("c1-ok", 200);
    expect(ledger.verdict()).toMatchObject({ delivered: 1, lost: 0 });
    expect(ledger.verdict().problems).toHaveLength(1);
  });

  test("a job that should be dead and is not seen dead is lost", () => {
    const { ledger } = runOf("broken", [500, 500, 500], "cancelled");
    expect(ledger.verdict()).toMatchObject({ lost: 1, dead: 0 });
  });

  test("a job that dies before its retries are spent is a problem", () => {
    const { ledger } = runOf("broken", [500, 500], "dead");
    expect(ledger.verdict().problems).toEqual([
      "to broken: webhook c1-broken was tried 2 times instead of 3, reached its receiver 2 times instead of 3",
    ]);
  });

  test("a failing receiver that is asked more often than recorded sees a doubled webhook", () => {
    const run = runOf("broken", [500, 500, 500], "dead");
    run.arrives("c1-broken", 500);
    expect(run.ledger.verdict()).toMatchObject({ doubled: 1, lost: 0 });
    expect(run.ledger.verdict().problems).toHaveLength(1);
  });

  test("a job that ends in two ways is doubled", () => {
    const run = runOf("ok", [201], "delivered");
    run.seen("c1-ok", "dead", 2);
    expect(run.ledger.verdict()).toMatchObject({ doubled: 1 });
  });

  test.each(["other", ""])("a request with the unexpected webhook-id '%s' is a problem", (id) => {
    const run = runOf("ok", [201], "delivered");
    run.arrives(id, 201);
    expect(run.ledger.verdict().problems).toHaveLength(1);
  });

  test("an attempt of a job that nobody expected is a problem", () => {
    const run = runOf("ok", [201], "delivered");
    run.seen("other", "delivered");
    run.arrives("other", 201);
    expect(run.ledger.verdict().problems).toEqual(["webhook other was not expected"]);
  });

  test("of very many problems the first are named and the rest counted", () => {
    const { ledger, call } = start([trigger("ok")]);
    for (let index = 0; index < 70; index += 1) call(`c${index}`);
    const { problems, lost } = ledger.verdict();
    expect(lost).toBe(70);
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toBe("and 20 more");
  });
});

describe("which triggers a call must fire", () => {
  const only = (cdrId: string): Partial<Trigger> => ({
    filters: [{ field: "id", op: "eq", values: [cdrId], ignoreCase: false }],
  });

  test("those whose conditions hold, of the call's own tenant", () => {
    const { ledger } = start([
      trigger("ok", only("c1")),
      trigger("flaky", only("c2")),
      trigger("gone", { tenantId: "t2" }),
    ]);
    const jobs = ledger.callSent({ tenantId: "t1", id: null, cdr: { id: "c1" } });
    expect(jobs).toEqual([{ jobId: "c1-ok", triggerId: "ok", receiver: "ok" }]);
    expect(ledger.callSent({ tenantId: "t3", id: null, cdr: { id: "c1" } })).toEqual([]);
    expect(ledger.verdict()).toMatchObject({ calls: 2, matched: 1, jobs: 1 });
  });

  test("only the oldest that the licence covers, disabled ones counted in", () => {
    const { ledger } = start(
      [
        trigger("ok", { createdAt: 30 }),
        trigger("flaky", { createdAt: 20 }),
        trigger("gone", { createdAt: 10, enabled: false }),
      ],
      { maxTriggers: 2 },
    );
    const jobs = ledger.callSent({ tenantId: "t1", id: null, cdr: { id: "c1" } });
    expect(jobs.map(({ receiver }) => receiver)).toEqual(["flaky"]);
  });

  test("none of a suspended tenant", () => {
    const { ledger } = start([trigger("ok")], { suspended: true });
    expect(ledger.callSent({ tenantId: "t1", id: null, cdr: { id: "c1" } })).toEqual([]);
  });

  test("a trigger that fires at no known receiver is refused", () => {
    const ledger = createDemoLedger({
      tenants: [{ tenantId: "t1", maxTriggers: null, suspended: false }],
      triggers: [trigger("ok")],
      receiverOf: new Map(),
      fires: () => true,
      jobIdOf: ({ cdrId }) => cdrId,
      arrivals: createReceiverRecord(1),
    });
    const call = { tenantId: "t1", id: null, cdr: { id: "c1" } };
    expect(() => ledger.callSent(call)).toThrow(RangeError);
  });
});

describe("what is long over is only counted", () => {
  test("a job that went as it had to is forgotten, its receivers' record too", () => {
    const { ledger, arrivals, call, arrives, seen } = start([trigger("ok")], { remember: 2 });
    for (const id of ["c1", "c2", "c3"]) {
      call(id);
      arrives(`${id}-ok`, 201);
      seen(`${id}-ok`, "delivered");
    }
    expect([...arrivals.ids()]).toEqual(["c2-ok", "c3-ok"]);
    expect(ledger.verdict()).toEqual({ ...clean, calls: 3, matched: 3, jobs: 3, delivered: 3 });
    arrives("c1-ok", 201);
    expect(ledger.verdict().problems).toEqual(["webhook c1-ok was not expected"]);
  });

  test("a job that is at fault is kept", () => {
    const { ledger, call, seen } = start([trigger("ok")], { remember: 0 });
    call("c1");
    seen("c1-ok", "cancelled");
    expect(ledger.verdict()).toMatchObject({ lost: 1 });
    expect(ledger.verdict().problems).toHaveLength(1);
  });
});
