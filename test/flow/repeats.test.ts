import { describe, expect, it } from "vitest";
import { createMemoryFlow, crm } from "../support/memory-flow.ts";
import type { MemoryFlow } from "../support/memory-flow.ts";

const other = "https://other.example.com/hook";
const jobs = { topic: "onhook.jobs", partition: 0 };

/** Every job is followed by the marker of its transaction: the n-th stands at 2n. */
const offsetOfJob = (number: number): number => 2 * number;

/** A flow with one trigger for every call, and a worker that matches them. */
async function flowWith(action: object = {}): Promise<MemoryFlow> {
  const flow = await createMemoryFlow();
  flow.receivers.script(crm, { status: 200 });
  flow.receivers.script(other, { status: 200 });
  await flow.trigger({ action });
  await flow.worker().start(["match"]);
  return flow;
}

describe("what was delivered behind a request that hangs", () => {
  it("is not requested again when the worker is killed, and again when the next one is", async () => {
    const flow = await flowWith();
    await flow.trigger({ number: 2, tenantId: "t2", action: { url: other } });
    const release = flow.receivers.hold(crm);
    await flow.call({ tenantId: "t1" });
    for (let call = 0; call < 5; call += 1) await flow.call({ tenantId: "t2" });
    for (let worker = 0; worker < 2; worker += 1) {
      const killed = flow.worker();
      await killed.start(["deliver"]);
      await flow.clock.advance(1000);
      await killed.crash();
    }
    release();
    await flow.worker().start(["deliver"]);
    await flow.clock.advance(1000);
    const perUrl = Map.groupBy(flow.sent, ({ url }) => url);
    expect([perUrl.get(crm)?.length, perUrl.get(other)?.length]).toEqual([3, 5]);
    expect(flow.log.committed("deliver", jobs)).toBe(offsetOfJob(5) + 1);
  });
});
