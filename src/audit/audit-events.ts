import type { CallSums, Finding, JobSums } from "./audit-report.ts";

/** What the periodic audit says. Of a finding only ids and positions. */
export type AuditEvent =
  | {
      readonly type: "audit.done";
      /** When it was done, ms since the epoch. */
      readonly at: number;
      readonly durationMs: number;
      /** The range of the calls' timestamps, ISO 8601; null is open. */
      readonly from: string | null;
      readonly to: string | null;
      readonly balanced: boolean;
      readonly missing: number;
      readonly double: number;
      readonly unexpected: number;
      readonly calls: CallSums;
      readonly jobs: JobSums;
      /** The first of them. */
      readonly findings: readonly Finding[];
      readonly warnings: readonly string[];
    }
  /** No audit came about; the next is made in its time. */
  | { readonly type: "audit.failed"; readonly error: unknown };
