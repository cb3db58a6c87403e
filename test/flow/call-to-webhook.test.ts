import { describe, expect, it } from "vitest";
import { laterSchema } from "../cdr/call-bytes.ts";
import { createMemoryFlow, crm, triggerIdOf } from "../support/memory-flow.ts";
import { traceparent } from "../jobs/some-trace.ts";

const bodyOf = (request: { readonly body: Buffer | null } | undefined): unknown =>
  JSON.parse(String(request?.body));

describe("a call that fires a trigger", () => {
  it("becomes a job, a request and a record of its delivery", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 204 });
    const triggerId = await flow.trigger();
    await flow.start();
    const cdrId = await flow.call({ cdr: { dur: 12 } });
    const [job] = await flow.jobs();
    expect(job).toMatchObject({ triggerId, tenantId: "t1", cdrId, triggersOffset: 0 });
    expect(flow.sent).toMatchObject([
      { method: "POST", url: crm, webhookId: job?.jobId, attempt: 1 },
    ]);
    const cdr = { id: cdrId, dur: 12 };
    expect(bodyOf(flow.sent[0])).toEqual({ triggerId, id: "t1", tenantId: "t1", cdr });
    expect(await flow.attempts()).toMatchObject([
      { jobId: job?.jobId, attempt: 1, outcome: "delivered", status: 204, host: "crm.example.com" },
    ]);
    expect(flow.eventsOf("delivery.attempted")).toMatchObject([{ outcome: "delivered" }]);
  });

  it("makes one job for each trigger that it fires, and the same ids whenever it is matched", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    await flow.trigger({ number: 1 });
    await flow.trigger({ number: 2, filters: [{ field: "dur", op: "gt", values: ["10"] }] });
    await flow.trigger({ number: 3, filters: [{ field: "dur", op: "gt", values: ["20"] }] });
    const worker = await flow.start();
    await flow.call({ cdr: { dur: 12 } });
    const jobs = await flow.jobs();
    await worker.stop();
    expect(jobs.map((job) => job.triggerId)).toEqual([triggerIdOf(1), triggerIdOf(2)]);
    flow.log.commit("match", { topic: "onhook.cdr", partition: 0, offset: 0 });
    await flow.start();
    const again = (await flow.jobs()).slice(2);
    expect(again.map((job) => job.jobId)).toEqual(jobs.map((job) => job.jobId));
  });

  it("hands its trace on to the job, and from there to every rung", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 500 });
    await flow.trigger();
    await flow.start();
    await flow.call({ headers: { traceparent, other: "x" } });
    const [job] = flow.records("jobs");
    const [retry] = flow.log.all("onhook.retry.2s");
    expect(Object.keys(job?.headers ?? {})).toEqual(["traceparent"]);
    expect(String(retry?.headers["traceparent"])).toBe(traceparent);
  });
});

describe("a call that fires no trigger", () => {
  it("makes nothing", async () => {
    const flow = await createMemoryFlow();
    await flow.trigger({ filters: [{ field: "dur", op: "gt", values: ["10"] }] });
    await flow.trigger({ number: 2, enabled: false });
    await flow.start();
    await flow.call({ cdr: { dur: 10 } });
    await flow.call({ tenantId: "nobody" });
    expect([flow.records("jobs"), flow.records("invalid"), flow.sent]).toEqual([[], [], []]);
    const matched = flow.eventsOf("cdr.batch-matched");
    expect(matched.map(({ calls, jobs }) => [calls, jobs])).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(flow.log.committed("match", { topic: "onhook.cdr", partition: 0 })).toBe(2);
  });

  it("is one of a trigger beyond the licence, of a suspended tenant, or of a refused trigger", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    await flow.tenant("t1", { maxTriggers: 1 });
    await flow.tenant("t2", { suspended: true });
    await flow.trigger({ number: 1, createdAt: 2000 });
    await flow.trigger({ number: 2, createdAt: 1000 });
    await flow.trigger({ number: 3, tenantId: "t2" });
    await flow.trigger({ number: 4, tenantId: "t3", action: { url: "ftp://example.com" } });
    await flow.start();
    for (const tenantId of ["t1", "t2", "t3"]) await flow.call({ tenantId });
    expect((await flow.jobs()).map((job) => job.triggerId)).toEqual([triggerIdOf(2)]);
    expect(flow.eventsOf("triggers.counted").at(-1)?.counts).toEqual({
      active: 1,
      disabled: 0,
      "over-licence": 1,
      suspended: 1,
      refused: 1,
    });
  });
});

describe("a value that changes its type", () => {
  it("makes the condition false, and is told once for the batch", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    await flow.trigger({ filters: [{ field: "dur", op: "gt", values: ["10"] }] });
    await flow.trigger({ number: 2, filters: [{ field: "dur", op: "ne", values: ["10"] }] });
    await flow.start();
    const odd = laterSchema();
    const text = JSON.stringify(odd).replace(
      /("name":"dur","type":)\[[^\]]*\]/,
      '$1["null","string"]',
    );
    const calls = await flow.callsOf("odd-calls", JSON.parse(text));
    await flow.append({ key: "odd", value: calls({ dur: "12" }) });
    expect((await flow.jobs()).map((job) => job.triggerId)).toEqual([triggerIdOf(2)]);
    expect(flow.eventsOf("match.type-mismatch")).toEqual([
      { type: "match.type-mismatch", field: "dur", count: 2 },
    ]);
  });
});

describe("a later schema of calls", () => {
  it("lets its new fields, records too, be filtered on and reach the payload without a restart", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    await flow.start();
    const survey = {
      type: "record",
      name: "Survey",
      fields: [{ name: "stars", type: ["null", "int"], default: null }],
    };
    await flow.useCallSchema(
      laterSchema(
        { name: "queue", type: ["null", "string"], default: null },
        { name: "survey", type: ["null", survey], default: null },
      ),
    );
    await flow.clock.advance(1000);
    await flow.trigger({
      filters: [
        { field: "queue", op: "eq", values: ["sales"] },
        { field: "survey.stars", op: "gte", values: ["4"] },
      ],
    });
    await flow.call({ cdr: { queue: "sales", survey: { stars: 3 } } });
    const fired = await flow.call({ cdr: { queue: "sales", survey: { stars: 4 } } });
    expect(flow.sent.map(bodyOf)).toMatchObject([
      { cdr: { id: fired, queue: "sales", survey: { stars: 4 } } },
    ]);
  });

  it("gives a trigger that was refused for a field it lacked its chance when it comes", async () => {
    const flow = await createMemoryFlow({ registryRefreshMs: 30_000 });
    flow.receivers.script(crm, { status: 200 });
    await flow.trigger({ filters: [{ field: "queue", op: "exists" }] });
    await flow.start();
    expect(flow.eventsOf("store.applied")).toMatchObject([
      { result: "refused", problems: [expect.stringContaining("filters[0].field")] },
    ]);
    await flow.useCallSchema(
      laterSchema({ name: "queue", type: ["null", "string"], default: null }),
    );
    await flow.clock.advance(30_000);
    await flow.call({ cdr: { queue: "sales" } });
    expect(await flow.outcomes()).toEqual(["delivered 200"]);
  });
});
