import type { AuditReport, Counts, Finding, FindingKind } from "../audit/audit-report.ts";
import { table } from "./table.ts";

const kindWords: Readonly<Record<FindingKind, string>> = {
  "job-missing": "the trigger fired, and there is no job",
  "quarantine-missing": "the call can't be read, and is not in quarantine",
  "job-lost": "the job's end is nowhere",
  "job-doubled": "match made the job more than once",
  "call-doubled": "the call is in quarantine, and there again or among the jobs",
  "job-unexpected": "no trigger in force fired",
  "job-without-call": "the job's call is not there",
  "end-without-job": "the job was never made",
  "ended-twice": "the job ended more often than it began",
};

/** One line a count, aligned; what is counted in parts has its parts behind it. */
function sums(rows: readonly (readonly [string, number, Counts?])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, count, parts = {}]) => {
    const named = Object.entries(parts).map(([part, each]) => `${part} ${each}`);
    const detail = named.length > 0 ? `  (${named.join(", ")})` : "";
    return `  ${name.padEnd(width)}  ${String(count).padStart(9)}${detail}`;
  });
}

function callLines({ calls, quarantined }: AuditReport): string[] {
  return sums([
    ["matched", calls.matched],
    ["matched by nobody", calls.unmatched],
    ["in quarantine", calls.quarantined, quarantined],
    ["not read yet", calls.unread],
    ["unsettled: a trigger was being changed", calls.unsettled],
    ["can't be told: records are gone", calls.untold],
    ["with something missing", calls.missing],
  ]);
}

function jobLines({ jobs, pending, cancelled, dead }: AuditReport): string[] {
  return sums([
    ["delivered", jobs.delivered],
    ["pending", jobs.pending, pending],
    ["cancelled", jobs.cancelled, cancelled],
    ["dead", jobs.dead, dead],
    ["in doubt: records are gone", jobs.inDoubt],
    ["lost", jobs.lost],
  ]);
}

function findingLines(findings: readonly Finding[]): string[] {
  const head = ["WHAT", "TENANT", "CALL", "TRIGGER", "JOB", "AT", "MEANING"];
  const rows = findings.map((finding) => [
    finding.kind,
    finding.tenantId ?? "?",
    finding.cdrId ?? "?",
    finding.triggerId ?? "-",
    finding.jobId ?? "-",
    `${finding.partition}/${finding.offset}`,
    kindWords[finding.kind],
  ]);
  return table(head, rows);
}

function rangeWords({ from, to }: AuditReport): string {
  if (from === null && to === null) return "all calls that are there";
  return `calls${from === null ? "" : ` from ${from}`}${to === null ? "" : ` to ${to}`}`;
}

/** A report for people. */
export function auditLines(report: AuditReport): string[] {
  const { calls, jobs, findings, omitted, repeated, endedTwice, warnings } = report;
  const wrong = `missing ${report.missing}, double ${report.double}, unexpected ${report.unexpected}`;
  return [
    `Audit of ${rangeWords(report)}, made at ${report.at}`,
    "",
    `${calls.total} calls`,
    ...callLines(report),
    `${jobs.total} jobs`,
    ...jobLines(report),
    ...(repeated > 0 ? [`  requests that may have been repeated: ${repeated}`] : []),
    ...(endedTwice > 0 ? [`  jobs with more ends than beginnings: ${endedTwice}`] : []),
    ...(findings.length > 0 ? ["", ...findingLines(findings)] : []),
    ...(omitted > 0 ? [`and ${omitted} more; --limit lists them`] : []),
    ...(warnings.length > 0 ? ["", ...warnings.map((warning) => `Warning: ${warning}`)] : []),
    "",
    report.balanced ? `The books balance: ${wrong}.` : `The books do not balance: ${wrong}.`,
  ];
}
