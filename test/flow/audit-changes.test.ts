import { describe, expect, it } from "vitest";
import { topicRoles } from "../../src/topology.ts";
import { laterSchema } from "../cdr/call-bytes.ts";
import { auditFlow, one, passBy, settledFlow } from "../support/memory-audit.ts";
import { createMemoryFlow, crm, triggerIdOf } from "../support/memory-flow.ts";

const { attempts, cdr, jobs, triggers } = topicRoles;

describe("a change of a trigger", () => {
  it("leaves calls at that time unsettled, and neither before nor after", async () => {
    const flow = await settledFlow(async (each) => {
      await each.trigger();
      await each.trigger({ number: 2, tenantId: "t2" });
    });
    const call = (): Promise<unknown> => flow.call();
    const jobOfAnother = async (): Promise<void> => {
      const worker = await flow.start();
      await flow.call({ tenantId: "t2" });
      await flow.clock.advance(60_000);
      await worker.stop();
    };
    await passBy(flow, call);
    await jobOfAnother();
    await flow.deleteTrigger();
    await flow.clock.advance(1000);
    await passBy(flow, call);
    await flow.clock.advance(60_000);
    await passBy(flow, call);
    await jobOfAnother();
    const report = await auditFlow(flow);
    expect(report.calls).toMatchObject({ missing: 1, unsettled: 1, unmatched: 1, matched: 2 });
    expect(report.findings).toMatchObject([{ kind: "job-missing", cdrId: "call-1" }]);
  });

  it("is settled by the jobs of the calls around", async () => {
    const flow = await settledFlow(one);
    const worker = await flow.start();
    await flow.call();
    await worker.stop();
    await passBy(flow, () => flow.call());
    await flow.start();
    await flow.call();
    await flow.clock.advance(60_000);
    await flow.deleteTrigger();
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ missing: 1, calls: { matched: 2, missing: 1, unsettled: 0 } });
    expect(report.findings).toMatchObject([{ cdrId: "call-2" }]);
  });

  it("that a matcher took on late, as its jobs show, is no loss", async () => {
    const flow = await createMemoryFlow({ partitions: 2 });
    flow.receivers.script(crm, { status: 200 });
    await flow.trigger();
    const worker = await flow.start();
    await flow.clock.advance(60_000);
    const release = worker.holdTables();
    await flow.trigger({ number: 2, tenantId: "t2" });
    await flow.clock.advance(60_000);
    for (const _ of Array(6).keys()) await flow.call();
    for (const _ of Array(6).keys()) await flow.call({ tenantId: "t2" });
    await release();
    await flow.clock.advance(60_000);
    expect(flow.records("jobs")).toHaveLength(6);
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ balanced: true, calls: { matched: 6, unsettled: 6 } });
  });

  it("whose old version compaction has removed leaves its calls unsettled", async () => {
    const flow = await settledFlow(async (each) => {
      await each.trigger({ filters: [{ field: "dur", op: "gt", values: ["5"] }] });
      await each.trigger({ number: 2, tenantId: "t2" });
    });
    await flow.start();
    await flow.call({ cdr: { dur: 6 } });
    await flow.call({ cdr: { dur: 4 } });
    await flow.clock.advance(60_000);
    await flow.trigger({ filters: [{ field: "dur", op: "lt", values: ["5"] }] });
    await flow.clock.advance(60_000);
    await flow.call({ cdr: { dur: 6 } });
    flow.log.compact(triggers.name);
    const report = await auditFlow(flow);
    expect(report).toMatchObject({
      balanced: true,
      calls: { total: 3, unsettled: 2, unmatched: 1 },
    });
  });

  it("that deleted it, tombstone and all, leaves its jobs without fault", async () => {
    const flow = await settledFlow(one);
    await flow.start();
    await flow.call();
    await flow.clock.advance(60_000);
    await flow.deleteTrigger();
    for (const record of flow.records("triggers")) flow.log.tearOut(record);
    await flow.trigger({ number: 2 });
    await flow.clock.advance(60_000);
    await flow.call();
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ balanced: true, calls: { matched: 1, unsettled: 1 } });
  });
});

describe("a trigger's event", () => {
  it("that is refused changes nothing: the last valid version has to fire", async () => {
    const flow = await settledFlow(one);
    await flow.trigger({ filters: [{ field: "nothing", op: "exists", values: [] }] });
    await flow.clock.advance(60_000);
    await passBy(flow, () => flow.call());
    expect(await auditFlow(flow)).toMatchObject({ missing: 1, calls: { missing: 1 } });
  });

  it("whose secrets can't be read here leaves its calls unsettled, whether there are jobs or not", async () => {
    const flow = await settledFlow(one);
    const sealed = `enc:v1:2026:${Buffer.alloc(40).toString("base64")}`;
    await flow.trigger({ action: { secrets: [sealed] } });
    await flow.clock.advance(60_000);
    await flow.start();
    await flow.call();
    expect(flow.records("jobs")).toHaveLength(1);
    await flow.clock.advance(600_000);
    await passBy(flow, () => flow.call({ cdr: { dur: 1 } }));
    expect(await auditFlow(flow)).toMatchObject({ balanced: true, calls: { unsettled: 2 } });
  });

  it("on a field of a later schema is in doubt until its first job shows that it was taken", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 200 });
    await flow.useCallSchema(laterSchema({ name: "mood", type: "string", default: "" }));
    await flow.trigger({ filters: [{ field: "mood", op: "eq", values: ["glad"] }] });
    await flow.clock.advance(60_000);
    const call = (): Promise<unknown> => flow.call({ cdr: { mood: "glad" } });
    await passBy(flow, call);
    const worker = await flow.start();
    await call();
    await flow.clock.advance(120_000);
    await worker.stop();
    await passBy(flow, call);
    const report = await auditFlow(flow);
    expect(report.calls).toMatchObject({ unsettled: 2, missing: 1 });
    expect(report.findings).toMatchObject([{ cdrId: "call-3" }]);
  });
});

describe("a licence", () => {
  it("counts the oldest triggers, disabled ones included, and nothing of a suspended tenant fires", async () => {
    const flow = await settledFlow(async (each) => {
      await each.tenant("t1", { maxTriggers: 2 });
      await each.tenant("t2", { suspended: true });
      await each.trigger({ number: 1, createdAt: 1, enabled: false });
      await each.trigger({ number: 2, createdAt: 2 });
      await each.trigger({ number: 3, createdAt: 3 });
      await each.trigger({ number: 4, tenantId: "t2" });
    });
    await passBy(flow, () => flow.call());
    await passBy(flow, () => flow.call({ tenantId: "t2" }));
    const report = await auditFlow(flow);
    expect(report.calls).toMatchObject({ missing: 1, unmatched: 1 });
    expect(report.findings).toMatchObject([{ triggerId: triggerIdOf(2) }]);
  });

  it("that was changed leaves the calls of that time unsettled", async () => {
    const flow = await settledFlow(one);
    await flow.tenant("t1", { suspended: true });
    await flow.clock.advance(1000);
    await passBy(flow, () => flow.call());
    await flow.clock.advance(60_000);
    await passBy(flow, () => flow.call());
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ balanced: true, calls: { unsettled: 1, unmatched: 1 } });
  });
});

describe("retention", () => {
  it("makes what it may have removed untold, with a warning, and hides nothing that came later", async () => {
    const flow = await settledFlow(one);
    const worker = await flow.start();
    await flow.call();
    await flow.clock.advance(600_000);
    await flow.call();
    await worker.stop();
    await flow.clock.advance(600_000);
    await passBy(flow, () => flow.call());
    const [, second] = flow.records("jobs");
    flow.log.deleteBefore({ topic: jobs.name, partition: 0, offset: second?.offset ?? 0 });
    const report = await auditFlow(flow);
    expect(report.calls).toMatchObject({ total: 3, untold: 1, matched: 1, missing: 1 });
    expect(report.warnings.join()).toMatch(/onhook\.jobs no longer has its records up to/);
    expect(report.findings.filter(({ kind }) => kind !== "end-without-job")).toMatchObject([
      { kind: "job-missing", cdrId: "call-3" },
    ]);
  });

  it("that took the record of how a job ended leaves it in doubt", async () => {
    const flow = await settledFlow(one);
    await flow.start();
    await flow.call();
    await flow.clock.advance(600_000);
    await flow.call();
    const [, second] = flow.records("attempts");
    flow.log.deleteBefore({ topic: attempts.name, partition: 0, offset: second?.offset ?? 0 });
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ balanced: true, jobs: { inDoubt: 1, delivered: 1 } });
    expect(report.warnings.join()).toContain("onhook.attempts no longer has");
  });

  it("that removed calls before match had read them is told", async () => {
    const flow = await settledFlow(one);
    const worker = await flow.start();
    await flow.call();
    await worker.stop();
    for (const _ of Array(3).keys()) await flow.call();
    flow.log.deleteBefore({ topic: cdr.name, partition: 0, offset: 3 });
    const { warnings } = await auditFlow(flow);
    expect(warnings.join()).toContain("Offsets 1 to 2 of onhook.cdr/0 are gone");
  });
});

describe("a range", () => {
  it("holds calls from its begin to before its end, and the jobs that come of them", async () => {
    const flow = await settledFlow(one);
    await flow.start();
    const times: number[] = [];
    for (const _ of Array(4).keys()) {
      await flow.clock.advance(1000);
      times.push(flow.clock.now());
      await flow.call();
    }
    await flow.clock.advance(1000);
    const [, from = 0, , to = 0] = times;
    const report = await auditFlow(flow, { from, to });
    expect(report).toMatchObject({ balanced: true, calls: { total: 2 }, jobs: { total: 2 } });
    expect(report.from).toBe(new Date(from).toISOString());
  });

  it("lists no more findings than asked for, and counts all", async () => {
    const flow = await settledFlow(one);
    await passBy(flow, async () => {
      for (const _ of Array(5).keys()) await flow.call();
    });
    const report = await auditFlow(flow, { limit: 2 });
    expect(report).toMatchObject({ missing: 5, omitted: 3 });
    expect(report.findings).toHaveLength(2);
  });
});
