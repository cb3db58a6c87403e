import { describe, expect, it } from "vitest";
import { createMemoryFlow, crm } from "../support/memory-flow.ts";

describe("a partition whose jobs wait", () => {
  it("is read no further than the limit, and read on once half of that is done", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    await flow.trigger();
    await flow.worker().start(["match"]);
    const worker = flow.worker({ maxInFlight: 3, maxBufferedPerPartition: 20 });
    await worker.start(["deliver"]);
    const release = flow.receivers.hold(crm);
    for (let call = 0; call < 100; call += 1) await flow.call();
    await flow.clock.advance(900);
    expect(worker.jobs.handedOver).toBeGreaterThanOrEqual(20);
    expect(worker.jobs.handedOver).toBeLessThan(40);
    expect(flow.sent).toHaveLength(3);
    release();
    await flow.clock.advance(1000);
    expect(worker.jobs.handedOver).toBe(100);
    expect(flow.sent).toHaveLength(100);
  });

  it("does not hold up the jobs of other partitions, nor retries", async () => {
    const flow = await createMemoryFlow({ partitions: 4 });
    const [slow, failing] = ["https://slow.example.com/", "https://failing.example.com/"];
    flow.receivers.script(slow, { status: 200 });
    flow.receivers.script(failing, { status: 500 }, { status: 200 });
    await flow.trigger({ number: 1, tenantId: "t1", action: { url: slow } });
    await flow.trigger({ number: 2, tenantId: "t2", action: { url: failing } });
    await flow.worker().start(["match"]);
    flow.receivers.hold(slow);
    await flow.worker({ maxBufferedPerPartition: 10 }).start(["deliver"]);
    for (let call = 0; call < 50; call += 1) await flow.call();
    await flow.call({ tenantId: "t2" });
    await flow.clock.advance(2000);
    expect(await flow.outcomes()).toEqual(["failed status 500", "delivered 200"]);
  });

  it("bounds the retries that wait, too, and sends every one when it is due", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 500 });
    await flow.trigger();
    await flow.worker().start(["match"]);
    const worker = flow.worker({ maxBufferedPerPartition: 10 });
    await worker.start(["deliver"]);
    const begin = flow.clock.now();
    for (let call = 0; call < 50; call += 1) await flow.call();
    await flow.clock.advance(1000);
    expect(worker.retries.handedOver).toBeLessThan(20);
    await flow.clock.advance(10_000);
    const retries = flow.sent.filter(({ attempt }) => attempt === 2);
    expect(new Set(retries.map(({ at }) => at - begin))).toEqual(new Set([2000]));
    expect(retries).toHaveLength(50);
  });
});
