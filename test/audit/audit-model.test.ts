import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import { topicRoles } from "../../src/topology.ts";
import { auditFlow } from "../support/memory-audit.ts";
import type { MemoryFlow } from "../support/memory-flow.ts";
import { ModelledMatcher, stepTypes } from "../support/modelled-matcher.ts";

const step = fc.record({ type: fc.constantFrom(...stepTypes), which: fc.nat(41) });
const steps = fc.array(step, { minLength: 5, maxLength: 40 });

/** Takes a job away, and the record of its delivery. */
async function tearOut(flow: MemoryFlow, which: number): Promise<DeliveryJob> {
  const records = flow.records("jobs");
  const record = records[which % records.length];
  if (record === undefined) throw new Error("there is no job");
  const job = await flow.codecs.jobs.decode(record.value);
  flow.log.tearOut(record);
  for (const each of flow.records("attempts")) {
    const { jobId } = await flow.codecs.attempts.decode(each.value);
    if (jobId === job.jobId) flow.log.tearOut(each);
  }
  return job;
}

it("never cries wolf, whatever changed when, and whatever compaction has removed", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (happened, cleaned) => {
      const { flow } = await ModelledMatcher.run(happened);
      if (cleaned)
        for (const role of ["triggers", "tenants"] as const)
          flow.log.compact(topicRoles[role].name);
      const report = await auditFlow(flow);
      expect(report).toMatchObject({ balanced: true, findings: [] });
      const jobs = flow.records("jobs").length;
      expect(report.jobs).toMatchObject({ total: jobs, delivered: jobs });
    }),
    { numRuns: 120 },
  );
  expect.hasAssertions();
});

it("finds a job that is gone, wherever nothing was being changed, and never anything else", async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), fc.boolean(), async (happened, which, cleaned) => {
      const { flow } = await ModelledMatcher.run(happened);
      fc.pre(flow.records("jobs").length > 0);
      const { jobId, triggerId } = await tearOut(flow, which);
      if (cleaned) flow.log.compact(topicRoles.triggers.name);
      const report = await auditFlow(flow);
      const one = { kind: "job-missing", jobId, triggerId };
      found += report.missing;
      expect(report.missing).toBe(report.calls.missing);
      // Of a trigger that was deleted since then, and is gone, nobody knows any more that it had to fire.
      expect(cleaned || report.missing === 1 || report.calls.unsettled > 0).toBe(true);
      expect(report.findings).toMatchObject(report.findings.map(() => one));
    }),
    { numRuns: 120 },
  );
  expect(found).toBeGreaterThan(10);
});

it("finds every job that is gone while nothing changes", async () => {
  const quiet = fc.array(
    fc.record({ type: fc.constantFrom("time", "calls", "match"), which: fc.nat(41) }),
    { maxLength: 20 },
  );
  const puts = [0, 1, 2, 3].map((which) => ({ type: "put", which: which + 36 }) as const);
  const begin = [...puts, { type: "time", which: 3 }, { type: "calls", which: 2 }] as const;
  await fc.assert(
    fc.asyncProperty(quiet, fc.nat(), async (happened, which) => {
      const { flow } = await ModelledMatcher.run([...begin, ...happened]);
      const { jobId, cdrId } = await tearOut(flow, which);
      const report = await auditFlow(flow);
      expect(report.findings).toMatchObject([{ kind: "job-missing", jobId, cdrId }]);
      expect(report).toMatchObject({ missing: 1, double: 0, unexpected: 0 });
      expect(report.calls.unsettled).toBe(0);
    }),
    { numRuns: 50 },
  );
  expect.hasAssertions();
});
