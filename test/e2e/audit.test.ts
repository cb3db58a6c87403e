import { Kafka, logLevel } from "kafkajs";
import { beforeAll, describe, expect, test } from "vitest";
import type { AuditReport } from "../../src/audit/audit-report.ts";
import { sampleTenants } from "../../src/sandbox/sample-tenants.ts";
import { createSimulator } from "../../src/sandbox/simulator.ts";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { followAttempts, jobsOf, recordsOf } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf, when } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics, groups } = ownNames(stack, "audit", {
  ONHOOK_DELIVERY_LADDER_MS: "1000,2000",
});

const [tenant] = sampleTenants;
const tenantId = tenant?.tenantId ?? "";
const every = triggerOf({ tenantId, url: "" });
const recorded = triggerOf({ tenantId, url: "", filters: [when("hasRec", "eq", "1")] });
const dying = triggerOf({ tenantId, url: "", filters: [when("ans", "eq", "0")] });

interface Audited {
  readonly status: number | NodeJS.Signals;
  readonly report: AuditReport;
}

async function audit(...args: string[]): Promise<Audited> {
  const { status, stdout, stderr } = await runProgram(["audit", "--json", ...args], { env });
  if (stdout === "") throw new Error(stderr);
  return { status, report: JSON.parse(stdout) as AuditReport };
}

const calls = 300;

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  await using hooks = await startHooks(({ path, before }) => {
    if (path === "/dead") return 500;
    return path === "/flaky" && before === 0 ? 500 : 200;
  });
  await using platform = await createPlatform(stack, topics);
  await using attempts = await followAttempts(stack, topics.attempts);
  const at = (trigger: typeof every, path: string) => ({
    ...trigger,
    action: { ...trigger.action, url: `${hooks.url}${path}`, retries: 1 },
  });
  await platform.putTrigger(at(every, "/good"));
  await platform.putTrigger(at(recorded, "/flaky"));
  await platform.putTrigger(at(dying, "/dead"));
  await using service = await startReadyService(env);
  const simulator = createSimulator({
    seed: 11,
    tenants: sampleTenants,
    startAt: Date.UTC(2026, 4, 6, 9),
  });
  await platform.call(...Array.from({ length: calls }, () => simulator.next()));
  await platform.send(topics.cdr, tenantId, Buffer.from("no call at all"));
  await untilMatched(calls + 1);
  const jobs = await jobsOf(stack, topics.jobs);
  const ended = () => attempts.all.filter(({ outcome }) => outcome !== "failed").length;
  await attempts.until(() => ended() === jobs.length);
  await service.stop();
});

function adminOf() {
  return new Kafka({ brokers: [...stack.brokers], logLevel: logLevel.NOTHING }).admin();
}

/** Resolves once the match group is past so many calls. */
async function untilMatched(count: number): Promise<void> {
  const admin = adminOf();
  await admin.connect();
  for (let past = 0; past < count;) {
    const [answer] = await admin.fetchOffsets({ groupId: groups.match, topics: [topics.cdr] });
    const offsets = answer?.partitions.map(({ offset }) => Math.max(0, Number(offset))) ?? [];
    past = offsets.reduce((sum, offset) => sum + offset, 0);
  }
  await admin.disconnect();
}

/** Lets the match group pass by what is in a partition, as a matcher that loses calls would. */
async function passBy(partition: number, offset: number): Promise<void> {
  const admin = adminOf();
  await admin.connect();
  await admin.setOffsets({
    groupId: groups.match,
    topic: topics.cdr,
    partitions: [{ partition, offset: String(offset) }],
  });
  await admin.disconnect();
}

describe("onhook audit", () => {
  test("after a few hundred calls accounts for every one of them, and for every job", async () => {
    const { status, report } = await audit();
    const jobs = await jobsOf(stack, topics.jobs);
    expect(report).toMatchObject({ balanced: true, findings: [], warnings: [], omitted: 0 });
    expect(report).toMatchObject({ missing: 0, double: 0, unexpected: 0 });
    expect(report.calls).toMatchObject({ total: calls + 1, quarantined: 1, unread: 0, untold: 0 });
    expect(report.calls.unsettled).toBe(0);
    expect(report.calls.matched + report.calls.unmatched).toBe(calls);
    expect(report.quarantined).toEqual({ WIRE_FORMAT: 1 });
    expect(report.jobs).toMatchObject({ total: jobs.length, pending: 0, lost: 0, inDoubt: 0 });
    expect(report.jobs.delivered).toBeGreaterThan(0);
    expect(report.dead).toEqual({ status: report.jobs.dead });
    expect(report.jobs.dead).toBeGreaterThan(0);
    expect(status).toBe(0);
  });

  test("looks at the calls of a range alone", async () => {
    const { status, report } = await audit("--from", "2020-01-01T00:00:00Z", "--to", "1h");
    expect(report.calls.total).toBe(0);
    expect(report.jobs.total).toBe(0);
    expect(status).toBe(0);
    expect((await audit("--from", "1h")).report.calls.total).toBe(calls + 1);
  });

  test("says to people what it found", async () => {
    const { status, stdout, stderr } = await runProgram(["audit"], { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^Audit of all calls that are there/);
    expect(stdout).toMatch(/^ {2}in quarantine +1 {2}\(WIRE_FORMAT 1\)$/m);
    expect(stdout).toContain("The books balance: missing 0, double 0, unexpected 0.");
  });

  test("counts what match has not read yet, and names a call that it passed by, with status 1", async () => {
    await using platform = await createPlatform(stack, topics);
    const lost = callOf(tenantId, { ans: 1, hasRec: 0 });
    const strange = callOf(newTenantId());
    await platform.call(lost, strange);
    const unread = await audit();
    expect(unread.report.calls.unread).toBe(2);
    expect(unread).toMatchObject({ status: 0, report: { balanced: true } });

    const records = await recordsOf(stack, topics.cdr);
    const passed = records.filter(({ key }) => [tenantId, strange.tenantId].includes(String(key)));
    const ends = new Map(passed.map(({ partition, offset }) => [partition, offset + 1]));
    for (const [partition, end] of ends) await passBy(partition, end);
    const { status, report } = await audit();
    expect(status).toBe(1);
    expect(report).toMatchObject({ balanced: false, missing: 1, double: 0, unexpected: 0 });
    expect(report.findings).toEqual([
      {
        kind: "job-missing",
        tenantId,
        cdrId: lost.cdr.id,
        triggerId: every.triggerId,
        jobId: webhookIdOf(lost, every.triggerId),
        partition: expect.any(Number) as number,
        offset: expect.any(Number) as number,
      },
    ]);
    const { stdout, stderr } = await runProgram(["audit", "--limit", "1"], { env });
    expect(stdout).toContain(lost.cdr.id);
    expect(stderr).toContain("The books do not balance: missing 1, double 0, unexpected 0");
  });

  test("refuses a range without length, and a time that is none", async () => {
    const empty = await runProgram(["audit", "--from", "1m", "--to", "2m"], { env });
    expect(empty).toMatchObject({ status: 1, stderr: "onhook: --from must be before --to\n" });
    const wrong = await runProgram(["audit", "--from", "yesterday"], { env });
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain("ISO 8601");
  });
});
