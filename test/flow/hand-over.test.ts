import { describe, expect, it } from "vitest";
import { createMemoryFlow, crm } from "../support/memory-flow.ts";
import type { MemoryFlow } from "../support/memory-flow.ts";

const other = "https://other.example.com/hook";
const jobs = { topic: "onhook.jobs", partition: 0 };
const firstRung = { topic: "onhook.retry.2s", partition: 0 };

/** Every job is followed by the marker of its transaction: the n-th stands at 2n. */
const offsetOfJob = (number: number): number => 2 * number;

const attemptsSent = (flow: MemoryFlow): string[] =>
  flow.sent.map(({ webhookId, attempt }) => `${webhookId} ${attempt}`);

/** A flow with one trigger for every call, and a worker that matches them. */
async function flowWith(action: object = {}): Promise<MemoryFlow> {
  const flow = await createMemoryFlow();
  flow.receivers.script(crm, { status: 200 });
  flow.receivers.script(other, { status: 200 });
  await flow.trigger({ action });
  await flow.worker().start(["match"]);
  return flow;
}

describe("a worker that loses its partition while a request is in flight", () => {
  it("leaves the job's next stop to the new owner, so that there is one chain of retries", async () => {
    const flow = await flowWith({ retries: 3 });
    flow.receivers.script(crm, { status: 500 });
    await flow.worker().start(["deliver"]);
    const release = flow.receivers.hold(crm);
    await flow.call();
    await flow.worker().start(["deliver"]);
    flow.groups.get("deliver").rebalance(1);
    await flow.clock.advance(1000);
    expect(flow.sent.map(({ attempt }) => attempt)).toEqual([1, 1]);
    release();
    await flow.clock.advance(0);
    expect(flow.log.all("onhook.retry.2s")).toHaveLength(1);
    expect(await flow.outcomes()).toEqual(["failed status 500", "failed status 500"]);
    await flow.clock.advance(600_000);
    expect(flow.sent.map(({ attempt }) => attempt)).toEqual([1, 1, 2, 3, 4]);
    expect(flow.records("dead")).toHaveLength(1);
  });

  it("does not begin what it has not begun yet", async () => {
    const flow = await flowWith();
    await flow.worker({ maxInFlight: 1 }).start(["deliver"]);
    const release = flow.receivers.hold(crm);
    for (let call = 0; call < 3; call += 1) await flow.call();
    await flow.worker().start(["deliver"]);
    flow.groups.get("deliver").rebalance(1);
    await flow.clock.advance(0);
    release();
    await flow.clock.advance(1000);
    const perJob = Map.groupBy(flow.sent, ({ webhookId }) => webhookId);
    expect([...perJob.values()].map((sent) => sent.length)).toEqual([2, 1, 1]);
  });

  it("leaves a retry that waits to the new owner, who sends it when it is due, and alone", async () => {
    const flow = await flowWith();
    flow.receivers.script(crm, { status: 500 }, { status: 200 });
    await flow.worker().start(["deliver"]);
    const begin = flow.clock.now();
    await flow.call();
    await flow.worker().start(["deliver"]);
    flow.groups.get("retries").rebalance(1);
    await flow.clock.advance(60_000);
    expect(flow.sent.map(({ at }) => at - begin)).toEqual([0, 2000]);
    expect(await flow.outcomes()).toEqual(["failed status 500", "delivered 200"]);
  });
});

describe("a worker that was silent for so long that the group gave it up", () => {
  it("commits nothing of what another worker has finished meanwhile", async () => {
    const flow = await flowWith();
    const frozen = flow.worker();
    await frozen.start(["deliver"]);
    const release = flow.receivers.hold(crm);
    await flow.call();
    await flow.clock.advance(1000);
    frozen.jobs.expel();
    release();
    const holdAgain = flow.receivers.hold(crm);
    const successor = flow.worker();
    await successor.start(["deliver"]);
    holdAgain();
    await flow.call();
    await flow.clock.advance(1000);
    expect(flow.log.committed("deliver", jobs)).toBe(offsetOfJob(1) + 1);
    await successor.stop();
    frozen.jobs.rejoin();
    await flow.clock.advance(5000);
    expect(flow.log.committed("deliver", jobs)).toBe(offsetOfJob(1) + 1);
  });
});

describe("jobs that finish in another order than they came", () => {
  it("are committed no further than all before them are finished", async () => {
    const flow = await flowWith();
    await flow.trigger({ number: 2, tenantId: "t2", action: { url: other } });
    await flow.worker().start(["deliver"]);
    const release = flow.receivers.hold(crm);
    await flow.call({ tenantId: "t2" });
    await flow.call({ tenantId: "t1" });
    await flow.call({ tenantId: "t2" });
    await flow.clock.advance(1000);
    expect(await flow.outcomes()).toEqual(["delivered 200", "delivered 200"]);
    expect(flow.log.committed("deliver", jobs)).toBe(offsetOfJob(1));
    release();
    await flow.clock.advance(1000);
    expect(flow.log.committed("deliver", jobs)).toBe(offsetOfJob(2) + 1);
  });
});

describe("a worker that crashes", () => {
  it("has only that repeated which was in flight or not committed yet", async () => {
    const flow = await flowWith();
    await flow.trigger({ number: 2, tenantId: "t2", action: { url: other } });
    const worker = flow.worker();
    await worker.start(["deliver"]);
    await flow.call();
    await flow.clock.advance(1000);
    flow.receivers.hold(other);
    await flow.call({ tenantId: "t2" });
    await worker.crash();
    const before = attemptsSent(flow);
    flow.receivers.hold(other)();
    await flow.worker().start(["deliver"]);
    await flow.clock.advance(600_000);
    expect(attemptsSent(flow).slice(2)).toEqual([before[1]]);
    expect(await flow.outcomes()).toEqual(["delivered 200", "delivered 200"]);
    expect(flow.log.committed("deliver", jobs)).toBe(offsetOfJob(1) + 1);
  });

  it("loses no retry that was pending, and its successor sends it when it is due", async () => {
    const flow = await flowWith();
    flow.receivers.script(crm, { status: 500 }, { status: 200 });
    const worker = flow.worker();
    await worker.start(["deliver"]);
    const begin = flow.clock.now();
    await flow.call();
    await flow.clock.advance(500);
    await worker.crash();
    await flow.clock.advance(500);
    await flow.worker().start(["deliver"]);
    await flow.clock.advance(60_000);
    expect(flow.sent.map(({ at }) => at - begin)).toEqual([0, 2000]);
  });

  it("in the match role repeats no job: calls and jobs are committed together", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    await flow.trigger();
    const worker = flow.worker();
    await worker.start(["match"]);
    for (let call = 0; call < 5; call += 1) await flow.call();
    await worker.crash();
    for (let call = 0; call < 5; call += 1) await flow.call();
    await flow.worker().start(["match"]);
    const ids = (await flow.jobs()).map(({ cdrId }) => cdrId);
    expect(ids).toEqual(Array.from({ length: 10 }, (_, index) => `call-${index + 1}`));
  });
});

describe("while the log is away", () => {
  it("nothing is committed that is not safe in it, and nothing is lost", async () => {
    const flow = await flowWith();
    flow.receivers.script(crm, { status: 500 }, { status: 200 });
    await flow.worker().start(["deliver"]);
    const release = flow.receivers.hold(crm);
    await flow.call();
    flow.log.away = true;
    release();
    await flow.clock.advance(30_000);
    expect(flow.sent).toHaveLength(1);
    expect([flow.records("attempts"), flow.log.all("onhook.retry.2s")]).toEqual([[], []]);
    expect(flow.log.committed("deliver", jobs)).toBeNull();
    flow.log.away = false;
    await flow.clock.advance(0);
    expect(flow.log.all("onhook.retry.2s")).toHaveLength(1);
    await flow.clock.advance(60_000);
    expect(await flow.outcomes()).toEqual(["failed status 500", "delivered 200"]);
    expect(flow.log.committed("deliver", jobs)).toBe(offsetOfJob(0) + 1);
    expect(flow.log.committed("retries", firstRung)).toBe(1);
  });

  it("a delivered job is not committed before its attempt is written", async () => {
    const flow = await flowWith();
    const worker = flow.worker();
    await worker.start(["deliver"]);
    const release = flow.receivers.hold(crm);
    await flow.call();
    flow.log.away = true;
    release();
    await flow.clock.advance(1000);
    await worker.crash();
    flow.log.away = false;
    await flow.worker().start(["deliver"]);
    await flow.clock.advance(1000);
    expect(attemptsSent(flow)).toHaveLength(2);
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
  });

  it("a commit that failed is said again", async () => {
    const flow = await flowWith();
    await flow.worker().start(["deliver"]);
    await flow.call();
    flow.log.away = true;
    await flow.clock.advance(5000);
    expect(flow.eventsOf("delivery.commit-failed").length).toBeGreaterThan(1);
    flow.log.away = false;
    await flow.clock.advance(5000);
    expect(flow.log.committed("deliver", jobs)).toBe(offsetOfJob(0) + 1);
  });
});

describe("a worker that is told to stop", () => {
  it("finishes what is in flight, commits it, begins nothing more, and leaves the rest to others", async () => {
    const flow = await flowWith();
    const worker = flow.worker({ maxInFlight: 1 });
    await worker.start(["deliver"]);
    const release = flow.receivers.hold(crm);
    for (let call = 0; call < 3; call += 1) await flow.call();
    const stopped = worker.stop();
    await flow.clock.advance(1000);
    expect(await flow.outcomes()).toEqual([]);
    release();
    await stopped;
    expect(flow.sent).toHaveLength(1);
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
    expect(flow.log.committed("deliver", jobs)).toBe(offsetOfJob(1));
    await flow.worker().start(["deliver"]);
    await flow.clock.advance(1000);
    expect(new Set(attemptsSent(flow)).size).toBe(3);
    expect(flow.sent).toHaveLength(3);
  });

  it("hands a failure that comes in meanwhile on to its rung", async () => {
    const flow = await flowWith();
    flow.receivers.script(crm, { status: 500 });
    const worker = flow.worker();
    await worker.start(["deliver"]);
    const release = flow.receivers.hold(crm);
    await flow.call();
    const stopped = worker.stop();
    release();
    await stopped;
    expect(flow.log.all("onhook.retry.2s")).toHaveLength(1);
    expect(flow.log.committed("deliver", jobs)).toBe(offsetOfJob(0) + 1);
  });

  it("leaves pending retries where they are, and stands in nobody's way", async () => {
    const flow = await flowWith();
    flow.receivers.script(crm, { status: 500 }, { status: 200 });
    const worker = flow.worker();
    await worker.start(["deliver"]);
    await flow.call();
    await worker.stop();
    await flow.clock.advance(600_000);
    expect(flow.sent).toHaveLength(1);
    expect(flow.log.committed("retries", firstRung)).toBe(0);
    await flow.worker().start(["deliver"]);
    await flow.clock.advance(0);
    expect(flow.sent).toHaveLength(2);
  });

  it("gives up what is in flight when the time for its stop is over: another worker repeats it", async () => {
    const flow = await flowWith();
    const worker = flow.worker();
    await worker.start(["deliver"]);
    const release = flow.receivers.hold(crm);
    await flow.call();
    const stopped = worker.stop();
    await flow.clock.advance(15_000);
    worker.kill();
    await stopped;
    expect([await flow.outcomes(), flow.log.committed("deliver", jobs)]).toEqual([[], 0]);
    release();
    await flow.worker().start(["deliver"]);
    await flow.clock.advance(1000);
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
  });
});
