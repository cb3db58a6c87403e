import { describe, expect, it } from "vitest";

import { createMemoryFlow, headersOf } from "../support/memory-flow.ts";

const hung = "https://hung.example.com/";
const fine = "https://fine.example.com/";

/** A flow in which tenant t1's receiver never answers and tenant t2's always does; their jobs share one partition. */
async function setUp() {
  const flow = await createMemoryFlow();
  flow.receivers.script(hung, { failure: "timeout" });
  flow.receivers.script(fine, { status: 200 });
  await flow.trigger({ number: 1, tenantId: "t1", action: { url: hung, retries: 10 } });
  await flow.trigger({ number: 2, tenantId: "t2", action: { url: fine } });
  await flow.worker().start(["match"]);
  const release = flow.receivers.hold(hung);
  return { flow, release };
}

describe("a receiver that hangs", () => {
  it("holds up nobody else's jobs of its partition, however many it has: they go round on the ladder", async () => {
    const { flow, release } = await setUp();
    await flow.worker({ maxInFlight: 16, maxBufferedPerPartition: 50 }).start(["deliver"]);
    for (let call = 0; call < 200; call += 1) {
      await flow.call({ tenantId: "t1" });
      await flow.clock.advance(20);
      const before = flow.sent.filter(({ url }) => url === fine).length;
      await flow.call({ tenantId: "t2" });
      const at = flow.sent.filter(({ url }) => url === fine);
      expect([at.length - before, at.at(-1)?.at]).toEqual([1, flow.clock.now()]);
    }
    expect(flow.sent.filter(({ url }) => url === hung)).toHaveLength(4);
    expect(flow.eventsOf("delivery.detoured").length).toBeGreaterThan(100);
    release();
  });

  it("has all its jobs delivered once it answers, with no attempt used up by the waiting", async () => {
    const { flow, release } = await setUp();
    await flow.worker({ maxBufferedPerPartition: 50 }).start(["deliver"]);
    for (let call = 0; call < 100; call += 1) {
      await flow.call({ tenantId: "t1" });
      await flow.clock.advance(50);
    }
    flow.receivers.script(hung, { status: 200 });
    release();
    await flow.clock.advance(60_000);
    const attempts = await flow.attempts();
    expect(attempts.map(({ outcome, attempt }) => `${outcome} ${attempt}`)).toEqual(
      Array(100).fill("delivered 1"),
    );
  });

  it("sends a job on its detour with its state as it was, due when its rung ends", async () => {
    const { flow, release } = await setUp();
    await flow.worker().start(["deliver"]);
    for (let call = 0; call < 8; call += 1) await flow.call({ tenantId: "t1" });
    await flow.clock.advance(1500);
    await flow.call({ tenantId: "t1" });
    const [detoured] = flow.ladder.rungs.flatMap(({ topic }) => flow.log.all(topic));
    expect(detoured?.topic).toBe("onhook.retry.2s");
    expect(headersOf(detoured)).toEqual({
      "onhook-attempt": "1",
      "onhook-due-at": String(flow.clock.now() + 2000),
      "onhook-handed-on-from": expect.stringMatching(/^onhook\.jobs\/\d\/\d+\/\d+$/u) as string,
    });
    release();
  });
});

describe("a receiver that asks for less", () => {
  it("gets nothing at all until then, and every job then", async () => {
    const { flow } = await setUp();
    const busy = "https://busy.example.com/";
    flow.receivers.script(busy, { status: 503, retryAfter: "30" }, { status: 200 });
    await flow.trigger({ number: 3, tenantId: "t3", action: { url: busy, retries: 3 } });
    await flow.worker().start(["deliver"]);
    const asked = flow.clock.now();
    for (let call = 0; call < 20; call += 1) {
      await flow.call({ tenantId: "t3" });
      await flow.clock.advance(1000);
    }
    expect(flow.sent.filter(({ url }) => url === busy)).toHaveLength(1);
    await flow.clock.advance(60_000);
    const sent = flow.sent.filter(({ url }) => url === busy);
    expect(new Set(sent.slice(1).map(({ webhookId }) => webhookId)).size).toBe(20);
    expect(Math.min(...sent.slice(1).map(({ at }) => at - asked))).toBeGreaterThanOrEqual(30_000);
    expect(await flow.outcomes()).toHaveLength(21);
  });
});

describe("a tenant with a flood of jobs", () => {
  it("does not keep the jobs of another one out of their partition, though its receiver takes none", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(fine, { status: 200 });
    const flooded = "https://flooded.example.com/";
    flow.receivers.script(flooded, { status: 200 });
    await flow.trigger({ number: 1, tenantId: "t1", action: { url: flooded } });
    await flow.trigger({ number: 2, tenantId: "t2", action: { url: fine } });
    await flow.worker().start(["match"]);
    const release = flow.receivers.hold(flooded);
    for (let call = 0; call < 240; call += 1) {
      await flow.call({ tenantId: call % 80 === 0 ? "t2" : "t1" });
    }
    await flow.worker({ maxBufferedPerPartition: 40 }).start(["deliver"]);
    await flow.clock.advance(20_000);
    expect(flow.sent.filter(({ url }) => url === fine)).toHaveLength(3);
    release();
    await flow.clock.advance(60_000);
    expect((await flow.outcomes()).filter((each) => each === "delivered 200")).toHaveLength(240);
  });
});
