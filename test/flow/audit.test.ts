import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AuditReport } from "../../src/audit/audit-report.ts";
import { auditFlow } from "../support/memory-audit.ts";
import type { MemoryFlow } from "../support/memory-flow.ts";
import { MemoryStory, calm, disturbing } from "../support/memory-story.ts";
import type { Happening } from "../support/memory-story.ts";

const happening = fc.record({
  type: fc.constantFrom(...calm, ...disturbing),
  which: fc.nat(11),
});
const stories = fc.array(happening, { maxLength: 30 });

/** By then the triggers with which it begins are certainly in force. */
const begun: Happening = { type: "time", which: 5 };
const someCalls: Happening = { type: "call", which: 2 };

function told(story: readonly Happening[]): Promise<MemoryFlow> {
  return MemoryStory.tell([begun, ...story, someCalls]);
}

const inBalance = { balanced: true, missing: 0, double: 0, unexpected: 0, warnings: [] };

const kinds = ({ findings }: AuditReport): string[] =>
  findings.map(({ kind }) => kind).filter((kind) => kind !== "ended-twice");

describe("whatever happened to the service", () => {
  it("the books balance, and every call and job has its place", async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const flow = await told(story);
        const report = await auditFlow(flow);
        const { total, matched, unmatched, unsettled } = report.calls;
        expect({ ...report, findings: kinds(report) }).toMatchObject({
          ...inBalance,
          findings: [],
        });
        expect(total).toBe(flow.records("cdr").length);
        expect(matched + unmatched + unsettled).toBe(total);
        expect(report.jobs.delivered + report.jobs.dead + report.jobs.cancelled).toBe(
          new Set((await flow.jobs()).map(({ jobId }) => jobId)).size,
        );
      }),
      { numRuns: 60 },
    );
    expect.hasAssertions();
  });

  it("a job that is torn out of its topic is found, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(stories, fc.nat(), async (story, which) => {
        const flow = await told(story);
        const jobs = flow.records("jobs");
        const torn = jobs[which % jobs.length];
        if (torn === undefined) throw new Error("no job was made");
        const job = await flow.codecs.jobs.decode(torn.value);
        flow.log.tearOut(torn);
        const report = await auditFlow(flow);
        const { triggerId, jobId, cdrId } = job;
        // Its attempts are still there; while its trigger is being changed, they alone tell.
        const found = report.findings.filter(({ kind }) => kind !== "ended-twice");
        const missing = found.filter(({ kind }) => kind === "job-missing");
        expect(kinds(report)).toContain("end-without-job");
        expect(found.map((each) => each.jobId)).toEqual(found.map(() => jobId));
        expect(missing).toMatchObject(missing.map(() => ({ triggerId, cdrId })));
        expect(missing).toHaveLength(report.calls.missing);
        expect(missing.length + report.calls.unsettled).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
    expect.hasAssertions();
  });

  it("a job that is written twice is found, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(stories, fc.nat(), async (story, which) => {
        const flow = await told(story);
        const jobs = flow.records("jobs");
        const { topic, key, value } = jobs[which % jobs.length] ?? {
          topic: "",
          key: null,
          value: null,
        };
        flow.log.append({ topic, key, value });
        const report = await auditFlow(flow);
        expect(kinds(report)).toEqual(["job-doubled"]);
        const { jobId } = await flow.codecs.jobs.decode(value);
        expect(report.findings.find(({ kind }) => kind === "job-doubled")?.jobId).toBe(jobId);
        expect(report).toMatchObject({ balanced: false, missing: 0, double: 1, unexpected: 0 });
      }),
      { numRuns: 60 },
    );
    expect.hasAssertions();
  });

  it("a delivery that is on no record is found, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(stories, fc.nat(), async (story, which) => {
        const flow = await told(story);
        const attempts = await flow.attempts();
        const ends = [...new Set(attempts.filter(({ outcome }) => outcome === "delivered"))];
        fc.pre(ends.length > 0);
        const { jobId = "" } = ends[which % ends.length] ?? {};
        const others = attempts.filter(
          (each) => each.jobId === jobId && each.outcome !== "delivered",
        );
        fc.pre(others.every(({ outcome }) => outcome === "failed"));
        for (const [index, record] of flow.records("attempts").entries()) {
          if (attempts[index]?.jobId === jobId && attempts[index].outcome === "delivered")
            flow.log.tearOut(record);
        }
        const report = await auditFlow(flow);
        expect(report.findings.map(({ kind }) => kind)).toContain("job-lost");
        expect(report.findings.filter(({ kind }) => kind === "job-lost")).toMatchObject([
          { jobId },
        ]);
        expect(report).toMatchObject({ missing: 1, double: 0, unexpected: 0, jobs: { lost: 1 } });
      }),
      { numRuns: 40 },
    );
    expect.hasAssertions();
  });
});
