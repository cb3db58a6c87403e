import { findingKinds } from "./audit-report.ts";
import type {
  AuditReport,
  CallSums,
  Counts,
  Finding,
  FindingSum,
  JobSums,
} from "./audit-report.ts";
import type { JobStanding } from "./job-end.ts";

export type CallResult = Exclude<keyof CallSums, "total">;

type Sums<T> = { -readonly [Name in keyof T]: number };

/** Counts by a name that is not known beforehand. */
class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** In the order of the names, so that equal audits give equal reports. */
  get counts(): Counts {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

const stateSum = {
  delivered: "delivered",
  pending: "pending",
  cancelled: "cancelled",
  dead: "dead",
  "in-doubt": "inDoubt",
  lost: "lost",
} as const satisfies Record<JobStanding["state"], keyof JobSums>;

/** The sums of an audit while it goes on, and the first `limit` findings. */
export class Books {
  readonly #limit: number;
  readonly #calls: Sums<CallSums> = {
    total: 0,
    unread: 0,
    missing: 0,
    untold: 0,
    quarantined: 0,
    unsettled: 0,
    matched: 0,
    unmatched: 0,
  };
  readonly #jobs: Sums<JobSums> = {
    total: 0,
    delivered: 0,
    pending: 0,
    cancelled: 0,
    dead: 0,
    inDoubt: 0,
    lost: 0,
  };
  readonly #found: Record<FindingSum, number> = { missing: 0, double: 0, unexpected: 0, noted: 0 };
  readonly #findings: Finding[] = [];
  readonly #quarantined = new Tally();
  readonly #pending = new Tally();
  readonly #cancelled = new Tally();
  readonly #dead = new Tally();
  #repeated = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  call(result: CallResult): void {
    this.#calls.total += 1;
    this.#calls[result] += 1;
  }

  quarantined(code: string): void {
    this.#quarantined.add(code);
  }

  job(standing: JobStanding, repeats: number): void {
    this.#jobs.total += 1;
    this.#jobs[stateSum[standing.state]] += 1;
    this.#repeated += repeats;
    if (standing.state === "pending") this.#pending.add(standing.where);
    else if (standing.state === "cancelled") this.#cancelled.add(standing.reason);
    else if (standing.state === "dead") this.#dead.add(standing.reason);
  }

  found(finding: Finding): void {
    this.#found[findingKinds[finding.kind]] += 1;
    if (this.#findings.length < this.#limit) this.#findings.push(finding);
  }

  /** `at`, `from` and `to` in ms since the epoch. */
  report(about: {
    readonly at: number;
    readonly from: number | null;
    readonly to: number | null;
    readonly warnings: readonly string[];
  }): AuditReport {
    const { missing, double, unexpected, noted } = this.#found;
    const time = (ms: number | null): string | null =>
      ms === null ? null : new Date(ms).toISOString();
    return {
      version: 1,
      at: new Date(about.at).toISOString(),
      from: time(about.from),
      to: time(about.to),
      balanced: missing + double + unexpected === 0,
      missing,
      double,
      unexpected,
      calls: { ...this.#calls },
      quarantined: this.#quarantined.counts,
      jobs: { ...this.#jobs },
      pending: this.#pending.counts,
      cancelled: this.#cancelled.counts,
      dead: this.#dead.counts,
      repeated: this.#repeated,
      endedTwice: noted,
      findings: [...this.#findings],
      omitted: missing + double + unexpected + noted - this.#findings.length,
      warnings: about.warnings,
    };
  }
}
