import { describe, expect, it } from "vitest";
import { createMemoryFlow, crm, headersOf, triggerIdOf } from "../support/memory-flow.ts";
import type { MemoryFlow } from "../support/memory-flow.ts";

/** A flow whose first rung holds a job of its trigger, with these headers. */
async function flowWith(
  headers: Readonly<Record<string, string>>,
  answer = { status: 200 },
): Promise<MemoryFlow> {
  const flow = await createMemoryFlow();
  flow.receivers.script(crm, answer);
  await flow.trigger({ action: { retries: 3 } });
  const matcher = flow.worker();
  await matcher.start(["match"]);
  await flow.call();
  await matcher.stop();
  const [job] = flow.records("jobs");
  flow.log.createTopic("onhook.jobs", 1);
  const { key, value } = job ?? { key: null, value: null };
  await flow.append({ key, value, headers }, "onhook.retry.2s");
  await flow.worker().start(["deliver"]);
  await flow.clock.advance(0);
  return flow;
}

describe("a retry whose headers are damaged", () => {
  it.each([
    ["are missing", {}],
    [
      "are no numbers",
      { "onhook-attempt": "two", "onhook-due-at": "soon", "onhook-not-before": "" },
    ],
    ["are negative", { "onhook-attempt": "-1", "onhook-due-at": "-5", "onhook-not-before": "-5" }],
    ["lie in the past", { "onhook-due-at": "1", "onhook-not-before": "1" }],
  ])("is sent at once when they %s, as a first attempt", async (_, headers) => {
    const flow = await flowWith(headers);
    expect(flow.sent.map(({ attempt }) => attempt)).toEqual([1]);
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
  });

  it("waits no longer than its rung, however far away it says that it is due", async () => {
    const flow = await flowWith({ "onhook-attempt": "2", "onhook-due-at": "9".repeat(15) });
    await flow.clock.advance(1999);
    expect(flow.sent).toEqual([]);
    await flow.clock.advance(1);
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
  });

  it("does not wait for a time that no Retry-After can have asked for", async () => {
    const flow = await flowWith({ "onhook-attempt": "2", "onhook-not-before": "9".repeat(15) });
    await flow.clock.advance(60_000);
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
  });

  it("is dead with its next failure when its attempt is beyond all retries", async () => {
    const flow = await flowWith({ "onhook-attempt": "9".repeat(12) }, { status: 500 });
    await flow.clock.advance(60_000);
    expect(await flow.outcomes()).toEqual(["dead status 500"]);
  });
});

describe("a record in a rung that is no job", () => {
  it.each([
    ["bytes of something else", Buffer.from("oh"), /WIRE_FORMAT|wire format/],
    ["no value", null, /null/],
  ])("is dead at once, as it is, with the reason: %s", async (_, value, error) => {
    const flow = await createMemoryFlow();
    await flow.append({ key: "k", value, headers: { "onhook-attempt": "3" } }, "onhook.retry.4s");
    await flow.start();
    await flow.clock.advance(0);
    const [dead] = flow.records("dead");
    expect([String(dead?.key), dead?.value]).toEqual(["k", value]);
    expect(headersOf(dead)).toMatchObject({
      "onhook-attempt": "3",
      "onhook-dead-reason": "undecodable",
      "onhook-dead-error": expect.stringMatching(error),
      "onhook-source-topic": "onhook.retry.4s",
      "onhook-source-offset": "0",
    });
    expect(flow.eventsOf("job.undecodable")).toMatchObject([{ topic: "onhook.retry.4s" }]);
    expect(await flow.attempts()).toEqual([]);
    await flow.clock.advance(1000);
    expect(flow.log.committed("retries", { topic: "onhook.retry.4s", partition: 0 })).toBe(1);
  });
});

describe("a job whose call can't be read", () => {
  it("is dead as unbuildable, with a record of the attempt that could not be made", async () => {
    const flow = await createMemoryFlow();
    await flow.trigger();
    const job = {
      jobId: "j",
      triggerId: triggerIdOf(1),
      tenantId: "t1",
      cdrId: "c",
      call: Buffer.from([0, 0, 0, 0, 1, 200, 1]),
      cdrTopic: "onhook.cdr",
      cdrPartition: 0,
      cdrOffset: 7,
      cdrTimestamp: flow.clock.now(),
      triggersOffset: 0,
    };
    await flow.append({ key: job.triggerId, value: flow.codecs.jobs.encode(job) }, "onhook.jobs");
    await flow.start();
    expect(await flow.attempts()).toMatchObject([
      { outcome: "dead", reason: "unbuildable", method: null, host: null, cdrOffset: 7 },
    ]);
    expect(headersOf(flow.records("dead")[0])).toMatchObject({
      "onhook-dead-reason": "unbuildable",
    });
  });
});
