import { describe, expect, it } from "vitest";
import type { AnyEvent } from "../../src/observability/any-event.ts";
import { createMemoryFlow, crm, headersOf, triggerIdOf } from "../support/memory-flow.ts";

const rule = { afterMs: 60_000, afterFailures: 3, probeIntervalMs: 30_000, jobsAtOnce: 4 };

/** A flow whose one receiver has failed for so long that it was suspended. */
async function suspended() {
  const flow = await createMemoryFlow(rule);
  flow.receivers.script(crm, { status: 500 });
  await flow.trigger({ action: { retries: 0 } });
  await flow.start();
  for (let call = 0; call < 4; call += 1) {
    await flow.call();
    await flow.clock.advance(20_000);
  }
  await flow.clock.advance(1000);
  return flow;
}

const endpointEvents = (events: readonly AnyEvent[]): string[] =>
  events.map(({ type }) => type).filter((type) => type.startsWith("endpoint."));

describe("an endpoint whose requests fail for long", () => {
  it("is suspended after so many failures over so long a time, as a record tells everybody", async () => {
    const flow = await suspended();
    expect(endpointEvents(flow.events)).toEqual(["endpoint.suspended"]);
    const [record] = flow.records("endpoints");
    expect(await flow.codecs.endpoints.decode(record?.value ?? null)).toMatchObject({
      tenantId: "t1",
      triggerId: triggerIdOf(1),
      host: "crm.example.com",
      state: "suspended",
      failures: 4,
      reason: "status",
      status: 500,
    });
  });

  it("is left alone while one request succeeds now and then", async () => {
    const flow = await createMemoryFlow(rule);
    const [bad, good] = [{ status: 500 }, { status: 200 }] as const;
    flow.receivers.script(crm, bad, bad, bad, good, bad, bad, bad, good, bad);
    await flow.trigger({ action: { retries: 0 } });
    await flow.start();
    for (let call = 0; call < 9; call += 1) {
      await flow.call();
      await flow.clock.advance(20_000);
    }
    expect(endpointEvents(flow.events)).toEqual([]);
  });

  it("counts as its tenant's: several endpoints of one tenant are told from endpoints of several tenants", async () => {
    const flow = await createMemoryFlow(rule);
    await flow.start();
    const [first, second, third] = ["a", "b", "c"].map(
      (path) => `https://dead.example.com/${path}`,
    );
    const owners = [
      ["t1", first],
      ["t1", second],
      ["t2", third],
    ] as const;
    for (const [index, [tenantId, url = ""]] of owners.entries()) {
      flow.receivers.script(url, { status: 500 });
      await flow.trigger({ number: index + 1, tenantId, action: { url, retries: 0 } });
    }
    const counted = () => flow.eventsOf("endpoints.counted").at(-1);
    for (let call = 0; call < 3; call += 1)
      for (const tenantId of ["t1", "t2"]) await flow.call({ tenantId });
    await flow.clock.advance(1000);
    expect(counted()).toMatchObject({ failing: 3, tenants: { failing: 2, suspended: 0 } });
    await flow.clock.advance(60_000);
    await flow.call({ tenantId: "t1" });
    await flow.clock.advance(1000);
    expect(counted()).toMatchObject({
      failing: 1,
      suspended: 2,
      tenants: { failing: 1, suspended: 1 },
    });
  });

  it("has its jobs set aside without a request, each with an attempt that says so", async () => {
    const flow = await suspended();
    const before = flow.sent.length;
    await flow.call();
    await flow.clock.advance(1000);
    expect(flow.sent).toHaveLength(before);
    expect((await flow.outcomes()).at(-1)).toBe("dead endpoint-suspended");
    expect(headersOf(flow.records("dead").at(-1))).toMatchObject({
      "onhook-dead-reason": "endpoint-suspended",
      "onhook-endpoint": expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it("has them set aside at once, though it hangs and is left alone: they need no request", async () => {
    const flow = await createMemoryFlow(rule);
    flow.receivers.script(crm, { failure: "timeout" });
    await flow.trigger({ action: { retries: 0 } });
    await flow.start();
    for (const wait of [20_000, 20_000, 20_000, 1000]) {
      await flow.call();
      await flow.clock.advance(wait);
    }
    expect(endpointEvents(flow.events)).toEqual(["endpoint.suspended"]);
    const before = (await flow.outcomes()).length;
    for (let call = 0; call < 50; call += 1) await flow.call();
    await flow.clock.advance(500);
    expect((await flow.outcomes()).slice(before)).toEqual(
      Array(50).fill("dead endpoint-suspended"),
    );
  });

  it("is tried with one of them at a time, which is set aside again when that fails", async () => {
    const flow = await suspended();
    const before = flow.sent.length;
    for (let call = 0; call < 5; call += 1) await flow.call();
    await flow.clock.advance(90_000);
    expect(flow.sent).toHaveLength(before + 3);
    expect(endpointEvents(flow.events).slice(1)).toEqual(Array(3).fill("endpoint.redriven"));
  });

  it("gets all of them, once each, when a probe succeeds, and is well then", async () => {
    const flow = await suspended();
    for (let call = 0; call < 10; call += 1) await flow.call();
    await flow.clock.advance(1000);
    flow.receivers.script(crm, { status: 200 });
    await flow.clock.advance(90_000);
    const delivered = (await flow.attempts()).filter(({ outcome }) => outcome === "delivered");
    expect(delivered).toHaveLength(10);
    expect(new Set(delivered.map(({ jobId }) => jobId)).size).toBe(10);
    expect(new Set(delivered.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    expect(endpointEvents(flow.events).at(-1)).toBe("endpoint.well");
    expect(flow.records("endpoints").at(-1)?.value).toBe(null);
    await flow.call();
    await flow.clock.advance(1000);
    expect((await flow.outcomes()).at(-1)).toBe("delivered 200");
  });

  it("is known to a process that starts later, which goes on with the probes", async () => {
    const flow = await createMemoryFlow(rule);
    flow.receivers.script(crm, { status: 500 });
    await flow.trigger({ action: { retries: 0 } });
    const first = await flow.start();
    for (let call = 0; call < 6; call += 1) {
      await flow.call();
      await flow.clock.advance(20_000);
    }
    await first.stop();
    flow.receivers.script(crm, { status: 200 });
    await flow.start();
    const before = flow.sent.length;
    await flow.call();
    await flow.clock.advance(100);
    expect(flow.sent).toHaveLength(before);
    await flow.clock.advance(90_000);
    const outcomes = await flow.outcomes();
    expect(outcomes.filter((each) => each === "delivered 200").length).toBeGreaterThanOrEqual(2);
    expect(flow.records("endpoints").at(-1)?.value).toBe(null);
  });
});

describe("a receiver that answers 410 Gone", () => {
  it("has its trigger switched off, with the reason, and nothing else of it changed", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 410 });
    const triggerId = await flow.trigger({
      filters: [{ field: "dir", op: "eq", values: ["2"] }],
      action: { retries: 3, customData: { a: "b" } },
    });
    const worker = await flow.start();
    await flow.call({ cdr: { dir: 2 } });
    await flow.clock.advance(1000);
    expect(worker.store.trigger(triggerId)).toMatchObject({
      status: "disabled",
      trigger: { enabled: false, disabledReason: "gone", action: { customData: { a: "b" } } },
    });
    expect(flow.eventsOf("trigger.disabled")).toHaveLength(1);
    expect(headersOf(flow.records("dead")[0])["onhook-dead-reason"]).toBe("gone");
    await flow.call({ cdr: { dir: 2 } });
    await flow.clock.advance(1000);
    expect(flow.sent).toHaveLength(1);
  });

  it("does not undo what somebody changed at the same moment", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 410 });
    const elsewhere = "https://moved.example.com/";
    flow.receivers.script(elsewhere, { status: 200 });
    const triggerId = await flow.trigger();
    const worker = await flow.start();
    // The change stands on the topic, and has not come to the process yet when the answer does.
    const release = worker.holdTables();
    await flow.trigger({ action: { url: elsewhere } });
    await flow.call();
    await flow.clock.advance(100);
    await release();
    await flow.clock.advance(2000);
    expect(worker.store.trigger(triggerId)?.trigger).toMatchObject({
      enabled: true,
      action: { url: elsewhere },
    });
    expect(flow.eventsOf("trigger.disabled")).toEqual([]);
  });
});
