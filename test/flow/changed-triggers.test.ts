import { describe, expect, it } from "vitest";
import { newSigningSecret } from "../../src/secrets/signing-secret.ts";
import { laterSchema } from "../cdr/call-bytes.ts";
import { createMemoryFlow, crm, triggerIdOf } from "../support/memory-flow.ts";

const other = "https://other.example.com/hook";

describe("a trigger that changes while a retry is pending", () => {
  it("counts as it is now: its new address gets the retry, signed with its new secret", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 500 });
    flow.receivers.script(other, { status: 200 });
    await flow.trigger({ action: { retries: 3 } });
    await flow.start();
    await flow.call();
    const secrets = [`whsec_${Buffer.alloc(32, 7).toString("base64")}`];
    await flow.trigger({ action: { url: other, secrets, retries: 3 } });
    await flow.clock.advance(2000);
    expect(flow.sent.map(({ url, attempt }) => [url, attempt])).toEqual([
      [crm, 1],
      [other, 2],
    ]);
    expect(flow.sent[1]?.headers["webhook-signature"]).toMatch(/^v1,/);
    expect(await flow.outcomes()).toEqual(["failed status 500", "delivered 200"]);
  });

  it("signs each attempt afresh, with the old secret only for as long as that signs", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 500 });
    const secrets = [newSigningSecret("ed25519"), newSigningSecret("hmac")];
    const oldSecretsUntil = flow.clock.now() + 3000;
    await flow.trigger({ action: { retries: 3, secrets, oldSecretsUntil } });
    await flow.start();
    await flow.call();
    await flow.clock.advance(60_000);
    const signatures = flow.sent.map(({ headers }) => headers["webhook-signature"] ?? "");
    const versions = signatures.map((each) => each.replaceAll(/,[^ ]+/g, ""));
    expect(versions).toEqual(["v1a v1", "v1a v1", "v1a", "v1a"]);
    expect(new Set(signatures.map((each) => each.split(" ")[0])).size).toBe(4);
    expect(new Set(flow.sent.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(4);
    expect(new Set(flow.sent.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });

  it("ends the job as cancelled, with a record of it, where it was deleted", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 500 });
    await flow.trigger({ action: { retries: 3 } });
    await flow.start();
    await flow.call();
    await flow.deleteTrigger();
    await flow.clock.advance(60_000);
    expect(flow.sent).toHaveLength(1);
    expect(await flow.attempts()).toMatchObject([
      { attempt: 1, outcome: "failed" },
      { attempt: 2, outcome: "cancelled", reason: "trigger-deleted", host: null, durationMs: 0 },
    ]);
    expect(flow.records("dead")).toEqual([]);
  });

  it("ends the job as cancelled where it was disabled or went to another tenant", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 500 });
    await flow.trigger({ number: 1, action: { retries: 3 } });
    await flow.trigger({ number: 2, action: { retries: 3 } });
    await flow.start();
    await flow.call();
    await flow.trigger({ number: 1, enabled: false });
    await flow.trigger({ number: 2, tenantId: "t2" });
    await flow.clock.advance(60_000);
    expect(flow.sent).toHaveLength(2);
    const ends = (await flow.attempts()).slice(2);
    expect(ends.map(({ triggerId, reason }) => [triggerId, reason])).toEqual([
      [triggerIdOf(1), "trigger-disabled"],
      [triggerIdOf(2), "trigger-deleted"],
    ]);
  });

  it("lets the job die sooner where it allows fewer retries now", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 500 });
    await flow.trigger({ action: { retries: 10 } });
    await flow.start();
    await flow.call();
    await flow.trigger({ action: { retries: 1 } });
    await flow.clock.advance(600_000);
    expect(await flow.outcomes()).toEqual(["failed status 500", "dead status 500"]);
  });

  it("keeps its last valid version where the newest event is refused", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 500 }, { status: 200 });
    await flow.trigger({ action: { retries: 3 } });
    await flow.start();
    await flow.call();
    await flow.trigger({ action: { url: "http://insecure.example.com", retries: 3 } });
    await flow.clock.advance(2000);
    expect(await flow.outcomes()).toEqual(["failed status 500", "delivered 200"]);
  });
});

describe("a job that was matched by a newer configuration than the deliverer has", () => {
  it("waits until the deliverer has it too, and acts by that", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(other, { status: 200 });
    await flow.trigger();
    const matcher = flow.worker();
    await matcher.start(["match"]);
    const deliverer = flow.worker();
    await deliverer.start(["deliver"]);
    const release = deliverer.holdTables();
    await flow.trigger({ action: { url: other } });
    await flow.call();
    await flow.clock.advance(60_000);
    expect((await flow.jobs()).map(({ triggersOffset }) => triggersOffset)).toEqual([1]);
    expect(flow.sent).toEqual([]);
    await release();
    expect(flow.sent.map(({ url }) => url)).toEqual([other]);
  });

  it("is not held for ever by an offset that the topic does not have: the topic was made again", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    for (let event = 0; event < 5; event += 1) await flow.trigger();
    const matcher = flow.worker();
    await matcher.start(["match"]);
    await flow.call();
    await matcher.stop();
    flow.log.createTopic("onhook.triggers", 1);
    await flow.trigger();
    const deliverer = flow.worker();
    await deliverer.start(["deliver"]);
    await flow.clock.advance(9999);
    expect(flow.sent).toEqual([]);
    await flow.clock.advance(1);
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
  });
});

describe("a trigger on a field that the matcher knows already and the deliverer does not", () => {
  const onQueue = [{ field: "queue", op: "eq", values: ["A"] }];
  const sales = { cdr: { queue: "A" } };

  /** A deliverer that has looked at the registry before the field came, and a matcher that looked afterwards. */
  async function apart() {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    flow.receivers.script(other, { status: 200 });
    await flow.worker().start(["deliver"]);
    await flow.useCallSchema(
      laterSchema({ name: "queue", type: ["null", "string"], default: null }),
    );
    await flow.worker().start(["match"]);
    return flow;
  }

  it("has its webhooks all the same", async () => {
    const flow = await apart();
    await flow.trigger({ filters: onQueue });
    await flow.call(sales);
    expect(flow.eventsOf("store.applied").map(({ result }) => result)).toEqual(
      expect.arrayContaining(["applied", "refused"]),
    );
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
  });

  it("is not delivered by its older version, and is held while the registry can't tell", async () => {
    const flow = await apart();
    await flow.trigger();
    await flow.trigger({ filters: onQueue, action: { url: other } });
    await flow.call(sales);
    flow.registry.away = true;
    await flow.clock.advance(20_000);
    expect(flow.eventsOf("delivery.held").map(({ error }) => error)).toContainEqual(
      expect.objectContaining({ code: "TRIGGER_UNSETTLED" }),
    );
    expect(flow.sent).toEqual([]);
    flow.registry.away = false;
    await flow.clock.advance(20_000);
    expect(flow.sent.map(({ url }) => url)).toEqual([other]);
  });

  it("holds no job for long where the newest event is valid to nobody: the last valid version counts", async () => {
    const flow = await apart();
    await flow.trigger();
    await flow.trigger({
      filters: [{ field: "nosuch", op: "exists" }],
      action: { url: other },
    });
    await flow.call(sales);
    await flow.clock.advance(500);
    expect(flow.sent.map(({ url }) => url)).toEqual([crm]);
  });

  it("does not hold what was matched before that event", async () => {
    const flow = await apart();
    await flow.trigger();
    await flow.call(sales);
    flow.registry.away = true;
    await flow.trigger({ filters: onQueue, action: { url: other } });
    expect(flow.sent.map(({ url }) => url)).toEqual([crm]);
  });
});

describe("a licence that shrinks while a retry is pending", () => {
  it("cancels nothing that it had allowed", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 500 }, { status: 200 });
    await flow.trigger();
    await flow.start();
    await flow.call();
    await flow.tenant("t1", { maxTriggers: 0 });
    await flow.clock.advance(2000);
    expect(await flow.outcomes()).toEqual(["failed status 500", "delivered 200"]);
    await flow.call();
    expect(flow.sent).toHaveLength(2);
  });
});
