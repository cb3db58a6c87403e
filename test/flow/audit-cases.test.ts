import { describe, expect, it } from "vitest";
import { topicRoles } from "../../src/topology.ts";
import { auditFlow, one, passBy, settledFlow } from "../support/memory-audit.ts";
import { crm, triggerIdOf } from "../support/memory-flow.ts";

const { invalid, jobs } = topicRoles;

describe("a call", () => {
  it("that match has not read is not missing", async () => {
    const flow = await settledFlow(one);
    await flow.call();
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ balanced: true, calls: { total: 1, unread: 1 } });
  });

  it("that match passed by is missing with each job that it lacks", async () => {
    const flow = await settledFlow(async (each) => {
      for (const number of [1, 2]) await each.trigger({ number });
      await each.trigger({ number: 3, filters: [{ field: "dur", op: "gt", values: ["5"] }] });
    });
    await passBy(flow, () => flow.call({ cdr: { dur: 3 } }));
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ missing: 2, calls: { missing: 1 }, jobs: { total: 0 } });
    expect(report.findings).toMatchObject(
      [1, 2].map((number) => ({
        kind: "job-missing",
        tenantId: "t1",
        cdrId: "call-1",
        triggerId: triggerIdOf(number),
        partition: 0,
        offset: 0,
      })),
    );
  });

  it("of a tenant without triggers is matched by nobody, also where only its tenant can be read", async () => {
    const flow = await settledFlow(one);
    await flow.start();
    await flow.call({ tenantId: "t2" });
    const [call] = flow.records("cdr");
    const cut = call?.value?.subarray(0, -2) ?? Buffer.alloc(0);
    await flow.append({ key: "cut", value: cut });
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ balanced: true, calls: { total: 2, unmatched: 2 } });
  });

  it("that can't be read is in quarantine, or missing there", async () => {
    const flow = await settledFlow(one);
    await flow.start();
    await flow.append({ key: "a", value: Buffer.from("no call") });
    await flow.append({ key: "b", value: null });
    const good = await auditFlow(flow);
    expect(good).toMatchObject({ balanced: true, calls: { total: 2, quarantined: 2 } });
    expect(good.quarantined).toEqual({ WIRE_FORMAT: 2 });

    const [first] = flow.records("invalid");
    if (first === undefined) throw new Error("nothing is in quarantine");
    flow.log.tearOut(first);
    const bad = await auditFlow(flow);
    expect(bad).toMatchObject({ missing: 1, calls: { missing: 1, quarantined: 1 } });
    expect(bad.findings).toMatchObject([{ kind: "quarantine-missing", offset: 0, cdrId: null }]);
  });

  it("that is in quarantine twice, or there and among the jobs, is double", async () => {
    const flow = await settledFlow(one);
    await flow.start();
    await flow.append({ key: "a", value: null });
    await flow.call();
    const [quarantined] = flow.records("invalid");
    const { key = null, headers = {} } = quarantined ?? {};
    flow.log.append({ topic: invalid.name, key, value: null, headers });
    flow.log.append({
      topic: invalid.name,
      key,
      value: null,
      headers: { ...headers, "onhook-source-offset": "1" },
    });
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ double: 2, missing: 0 });
    expect(report.findings).toMatchObject([
      { kind: "call-doubled", offset: 0 },
      { kind: "call-doubled", offset: 1 },
    ]);
  });
});

describe("a job", () => {
  it("that waits on a rung is pending there, and one that nobody has read in its topic", async () => {
    const flow = await settledFlow(one);
    flow.receivers.script(crm, { status: 500 });
    const worker = await flow.start();
    await flow.call();
    await flow.clock.advance(1000);
    await worker.crash();
    await flow.worker().start(["match"]);
    await flow.call();
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ balanced: true, jobs: { total: 2, pending: 2 } });
    expect(report.pending).toEqual({ "onhook.jobs": 1, "onhook.retry.2s": 1 });
  });

  it("that nothing was asked for is unexpected", async () => {
    const filters = [{ field: "dur", op: "gt", values: ["5"] }];
    const flow = await settledFlow((each) => each.trigger({ filters }));
    await flow.start();
    await flow.call({ cdr: { dur: 6 } });
    await flow.call({ cdr: { dur: 4 } });
    await flow.clock.advance(1000);
    const [job] = await flow.jobs();
    if (job === undefined) throw new Error("no job was made");
    const value = flow.codecs.jobs.encode({ ...job, cdrOffset: 1 });
    flow.log.append({ topic: jobs.name, key: job.triggerId, value });
    const report = await auditFlow(flow);
    expect(report.findings.map(({ kind }) => kind)).toContain("job-unexpected");
    expect(report).toMatchObject({ balanced: false, missing: 0 });
  });

  it("whose call is not there is unexpected", async () => {
    const flow = await settledFlow(one);
    await flow.start();
    await flow.call();
    await flow.call();
    await flow.clock.advance(1000);
    const [call] = flow.records("cdr");
    if (call === undefined) throw new Error("no call was made");
    flow.log.tearOut(call);
    const report = await auditFlow(flow);
    expect(report.findings).toMatchObject([{ kind: "job-without-call", offset: 0 }]);
    expect(report).toMatchObject({ unexpected: 1, calls: { total: 1 } });
  });

  it("that is dead, is replayed and arrives counts as delivered; while it is on its way, as pending", async () => {
    const flow = await settledFlow((each) => each.trigger({ action: { retries: 0 } }));
    flow.receivers.script(crm, { status: 500 });
    const worker = await flow.start();
    await flow.call();
    await flow.clock.advance(1000);
    expect((await auditFlow(flow)).dead).toEqual({ status: 1 });

    await worker.stop();
    const [dead] = flow.records("dead");
    const { key = null, value = null } = dead ?? {};
    const headers = { "onhook-replay": "again" };
    flow.log.append({ topic: jobs.name, key, value, headers });
    expect(await auditFlow(flow)).toMatchObject({ balanced: true, jobs: { pending: 1, total: 1 } });

    flow.receivers.script(crm, { status: 200 });
    await flow.start();
    await flow.clock.advance(1000);
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ balanced: true, jobs: { delivered: 1, total: 1 } });

    for (const record of flow.records("attempts").slice(1)) flow.log.tearOut(record);
    expect(await auditFlow(flow)).toMatchObject({ missing: 1, jobs: { lost: 1 } });
  });

  it("whose trigger is deleted while it waits is cancelled, with the reason", async () => {
    const flow = await settledFlow(one);
    flow.receivers.script(crm, { status: 500 });
    await flow.start();
    await flow.call();
    await flow.clock.advance(500);
    await flow.deleteTrigger();
    await flow.clock.advance(10_000);
    const report = await auditFlow(flow);
    expect(report).toMatchObject({ balanced: true, cancelled: { "trigger-deleted": 1 } });
  });

  it("that an attempt calls dead and that is not among the dead is lost", async () => {
    const flow = await settledFlow((each) => each.trigger({ action: { retries: 0 } }));
    flow.receivers.script(crm, { status: 500 });
    await flow.start();
    await flow.call();
    await flow.clock.advance(1000);
    const [dead] = flow.records("dead");
    if (dead === undefined) throw new Error("no job is dead");
    flow.log.tearOut(dead);
    const report = await auditFlow(flow);
    expect(report.findings).toMatchObject([{ kind: "job-lost", cdrId: "call-1" }]);
    flow.log.append({ topic: dead.topic, key: null, value: null, headers: dead.headers });
    const bare = await auditFlow(flow);
    expect(bare).toMatchObject({ balanced: true, dead: { "too-large": 1 } });
  });
});
