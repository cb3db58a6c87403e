/** What can be wrong, and under which of the sums it counts. A report lists each case by its kind. */
export const findingKinds = {
  /** A trigger fired for a call, and there is no job. */
  "job-missing": "missing",
  /** A call can't be read, and is not in quarantine. */
  "quarantine-missing": "missing",
  /** A job is finished, and its end is nowhere. */
  "job-lost": "missing",
  /** The match wrote a job more than once. */
  "job-doubled": "double",
  /** A call is in quarantine more than once, or is there and made jobs as well. */
  "call-doubled": "double",
  /** A job without a reason: no version of its trigger that was in force fired. */
  "job-unexpected": "unexpected",
  /** A job whose call is not in the topic of calls. */
  "job-without-call": "unexpected",
  /** An attempt, a retry or a dead job that was never in the topic of jobs. */
  "end-without-job": "unexpected",
  /** A job that ended more often than it was begun: it had two chains of retries. Not wrong: requests may be repeated. */
  "ended-twice": "noted",
} as const;

export type FindingKind = keyof typeof findingKinds;
export type FindingSum = (typeof findingKinds)[FindingKind];

/** One case: ids and the call's position, nothing of its content. Null is what is not known of it. */
export interface Finding {
  readonly kind: FindingKind;
  readonly tenantId: string | null;
  readonly cdrId: string | null;
  readonly triggerId: string | null;
  readonly jobId: string | null;
  /** Where the call stands in the topic of calls. */
  readonly partition: number;
  readonly offset: number;
}

/** How the calls of the range are accounted for: each under one of these, the first that fits. */
export interface CallSums {
  readonly total: number;
  /** Behind what the match group has committed. */
  readonly unread: number;
  /** Something that had to come of it is not there, though it should be. */
  readonly missing: number;
  /** Something is not there, and retention may have removed it. */
  readonly untold: number;
  readonly quarantined: number;
  /** Of one trigger at least both is right, a job and none: it was being changed at that time. */
  readonly unsettled: number;
  readonly matched: number;
  readonly unmatched: number;
}

/** Where the jobs of the range stand, each id once. */
export interface JobSums {
  readonly total: number;
  readonly delivered: number;
  readonly pending: number;
  readonly cancelled: number;
  readonly dead: number;
  readonly inDoubt: number;
  readonly lost: number;
}

export type Counts = Readonly<Record<string, number>>;

/** The outcome of an audit; `onhook audit --json` prints it as it is. Its fields are described in docs/audit.md. */
export interface AuditReport {
  readonly version: 1;
  /** When it was made, ISO 8601 in UTC. */
  readonly at: string;
  /** The range of the calls' timestamps; null is open. */
  readonly from: string | null;
  readonly to: string | null;
  /** Nothing is missing, double or unexpected. */
  readonly balanced: boolean;
  readonly missing: number;
  readonly double: number;
  readonly unexpected: number;
  readonly calls: CallSums;
  /** By error code. */
  readonly quarantined: Counts;
  readonly jobs: JobSums;
  /** By topic. */
  readonly pending: Counts;
  /** By reason. */
  readonly cancelled: Counts;
  readonly dead: Counts;
  /** Attempts that were made again with the same number. */
  readonly repeated: number;
  readonly endedTwice: number;
  readonly findings: readonly Finding[];
  /** Findings that are counted and not listed. */
  readonly omitted: number;
  /** What the sums can't tell, in words. */
  readonly warnings: readonly string[];
}
