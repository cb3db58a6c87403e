import { describe, expect, it } from "vitest";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import type { TriggerLookup } from "../../src/delivery/deliver-job.ts";
import { OnhookError } from "../../src/errors.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { createFakeClock, settle } from "../support/fake-clock.ts";
import { lookup, never, record, schemas, setUp, trigger, url } from "./deliver-job-under-test.ts";
import { someJob, someRecord } from "./some-jobs.ts";

describe("a job that is due", () => {
  it("becomes the request of its trigger, once the triggers are as new as the match's", async () => {
    const { deliver, sender, clock, reached } = setUp();
    const decision = await deliver(record({ "onhook-attempt": "2" }), never);
    expect(reached).toEqual([12]);
    expect(sender.requests).toMatchObject([
      {
        method: "POST",
        url,
        headers: {
          "webhook-id": someJob().jobId,
          "webhook-timestamp": String(clock.now() / 1000),
          "onhook-attempt": "2",
          "user-agent": "onhook/1.2.3",
        },
      },
    ]);
    expect(JSON.parse(String(sender.requests[0]?.body))).toEqual({
      triggerId: trigger.triggerId,
      id: "u1",
      tenantId: "t1",
      cdr: { id: "call-1" },
      customData: { a: "b" },
    });
    expect(decision).toMatchObject({ onward: null, attempt: { outcome: "delivered", attempt: 2 } });
  });

  it("goes on to its rung when it fails, and to the dead when its retries are spent", async () => {
    const { deliver, sender } = setUp();
    sender.script(url, { status: 500 });
    expect(await deliver(record(), never)).toMatchObject({ onward: { topic: "r.2s" } });
    const last = record({ "onhook-attempt": "2" });
    expect(await deliver(last, never)).toMatchObject({ onward: { topic: "dead" } });
  });
});

describe("a job that makes no request", () => {
  it.each([
    ["has no trigger any more", null, "trigger-deleted"],
    ["has a trigger of another tenant", { tenantId: "t2" }, "trigger-deleted"],
    ["has a trigger that is disabled", { enabled: false }, "trigger-disabled"],
  ])("is cancelled when it %s", async (_, trigger, reason) => {
    const { deliver, sender } = setUp({ trigger });
    expect(await deliver(record(), never)).toMatchObject({
      onward: null,
      attempt: { outcome: "cancelled", reason },
    });
    expect(sender.requests).toEqual([]);
  });

  it("goes round while its receiver has asked for more time, without being read", async () => {
    const { deliver, clock, reached } = setUp();
    const later = String(clock.now() + 1);
    const waiting = { ...record({ "onhook-not-before": later }), value: null };
    expect(await deliver(waiting, never)).toMatchObject({
      onward: { topic: "r.2s" },
      attempt: null,
    });
    expect(reached).toEqual([]);
    const over = record({ "onhook-not-before": String(clock.now()) });
    expect(await deliver(over, never)).toMatchObject({ attempt: { outcome: "delivered" } });
  });

  it("does not go round for a time that lies beyond all reason", async () => {
    const { deliver, clock } = setUp();
    const week = 7 * 86_400_000;
    const last = record({ "onhook-not-before": String(clock.now() + week) });
    expect(await deliver(last, never)).toMatchObject({ attempt: null });
    const beyond = record({ "onhook-not-before": String(clock.now() + week + 1) });
    expect(await deliver(beyond, never)).toMatchObject({ attempt: { outcome: "delivered" } });
  });

  it("is dead as undecodable when its bytes are no job", async () => {
    const { deliver } = setUp();
    expect(await deliver(someRecord(), never)).toMatchObject({
      onward: { topic: "dead", headers: { "onhook-dead-reason": "undecodable" } },
      attempt: null,
      error: { code: "WIRE_FORMAT" },
    });
  });

  it.each([
    ["its call can't be read", { call: Buffer.from([0, 0, 0, 0, 7, 0xff]) }, /schema 7/],
    ["its call is none", { call: Buffer.from([0, 0, 0, 0, 3, 0]) }, /schema of CallEnded/],
  ])("is dead as unbuildable when %s", async (_, job, error) => {
    const { deliver } = setUp();
    expect(await deliver(record({}, job), never)).toMatchObject({
      onward: { topic: "dead" },
      attempt: {
        outcome: "dead",
        reason: "unbuildable",
        host: null,
        error: expect.stringMatching(error),
      },
    });
  });

  it("is dead as unbuildable when its sender trips over it, and no retry is tried", async () => {
    const send = async () => {
      throw new TypeError("what is this");
    };
    const { deliver } = setUp({ deps: { sender: { send } } });
    expect(await deliver(record(), never)).toMatchObject({
      onward: { topic: "dead" },
      attempt: { reason: "unbuildable", error: expect.stringContaining("what is this") },
    });
  });
});

describe("a job whose match had seen an event that was refused here", () => {
  const newer = "https://new.example.com/hook";
  const inDoubt = { ...trigger, action: { ...trigger.action, url: newer } };
  /** The table holds `held`; asking the registry gives `settled`, or fails. */
  function doubting(held: Trigger | undefined, settled: Trigger | Error = inDoubt) {
    let now = held;
    const asked: number[] = [];
    const triggers: TriggerLookup = {
      ...lookup,
      trigger: () => now && { trigger: now },
      inDoubt: (_id, offset) => (asked.push(offset), inDoubt),
      async settle() {
        if (settled instanceof Error) throw settled;
        now = settled;
      },
    };
    const flow = setUp({ deps: { triggers } });
    flow.sender.script(newer, { status: 200 });
    const urls = () => flow.sender.requests.map((request) => request.url);
    return { ...flow, asked, urls };
  }

  it("goes out by that event where there is no valid one: the job tells that it was valid", async () => {
    const { deliver, asked, urls } = doubting(undefined, new Error("not to be asked"));
    await deliver(record(), never);
    expect([asked, urls()]).toEqual([[12], [newer]]);
  });

  it("goes out by what is valid once the registry was asked, where there is an older one", async () => {
    const taken = doubting(trigger);
    await taken.deliver(record(), never);
    expect(taken.urls()).toEqual([newer]);
    const refused = doubting(trigger, trigger);
    await refused.deliver(record(), never);
    expect(refused.urls()).toEqual([url]);
  });

  it("is held while the registry can't be asked: the older one may not count any more", async () => {
    const { deliver, urls } = doubting(trigger, new Error("away"));
    const error = { code: "TRIGGER_UNSETTLED", retryable: true };
    await expect(deliver(record(), never)).rejects.toMatchObject(error);
    expect(urls()).toEqual([]);
  });
});

describe("a job that can't be decided now", () => {
  it("is left as it is when it is stopped while the triggers are not as new as the match's", async () => {
    const stop = new AbortController();
    const reached = async () => stop.abort();
    const { deliver, sender } = setUp({
      deps: { triggers: { ...lookup, reached } },
    });
    expect(await deliver(record(), stop.signal)).toBeNull();
    expect(sender.requests).toEqual([]);
  });

  it("is left as it is when its request is given up", async () => {
    const { deliver, sender } = setUp();
    sender.script(url, "silent");
    const stop = new AbortController();
    const deciding = deliver(record(), stop.signal);
    await settle();
    expect(sender.waiting).toBe(1);
    stop.abort();
    expect(await deciding).toBeNull();
  });

  it("is rejected while the registry is away, to be tried again", async () => {
    const away = async () => {
      throw new OnhookError("REGISTRY_UNREACHABLE", { url: "", problem: "" });
    };
    const { deliver, clock } = setUp();
    const calls = createCallSchemas({ get: away }, clock);
    const withoutCalls = setUp({ deps: { calls } });
    await expect(withoutCalls.deliver(record(), never)).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
    });
    const withoutJobs = setUp({ deps: { jobs: { decode: away, decodeKnown: () => undefined } } });
    await expect(withoutJobs.deliver(record(), never)).rejects.toMatchObject({ retryable: true });
    expect(await deliver(record(), never)).toMatchObject({ onward: null });
  });
});

describe("a job that waits for the registry", () => {
  it("is decided by how things stand once that answers, not by how they stood before", async () => {
    const answer = Promise.withResolvers<void>();
    let state: "send" | "set-aside" = "send";
    const { deliver, sender, clock } = setUp({
      deps: {
        endpoints: { admits: () => state, ended: () => undefined },
        calls: createCallSchemas(
          { get: async (id) => (await answer.promise, schemas.get(id)) },
          createFakeClock(),
        ),
      },
    });
    const deciding = deliver(record(), never);
    await clock.advance(5000);
    state = "set-aside";
    answer.resolve();
    const decision = await deciding;
    expect(decision).toMatchObject({
      onward: { topic: "dead" },
      attempt: { outcome: "dead", reason: "endpoint-suspended", at: clock.now() },
    });
    expect(sender.requests).toEqual([]);
  });
});
