import type { Books } from "./books.ts";
import type { FindingKind } from "./audit-report.ts";
import { endedTooOften, repeatsOf } from "./job-end.ts";
import type { JobStanding } from "./job-end.ts";
import type { JobEntry, JobLedger } from "./job-ledger.ts";
import { isTold } from "./removed.ts";
import type { Removed } from "./removed.ts";

export interface CloseJobsDeps {
  readonly ledger: JobLedger;
  readonly books: Books;
  readonly removed: Removed;
  readonly standingOf: (entry: JobEntry) => JobStanding;
}

/** Adds up where the jobs stand once all calls were seen, and lists those that have no call or were never made. */
export function closeJobs({ ledger, books, removed, standingOf }: CloseJobsDeps): void {
  const list = (
    kind: FindingKind,
    { jobId, triggerId, tenantId, partition, offset }: JobEntry,
  ): void => books.found({ kind, tenantId, cdrId: null, triggerId, jobId, partition, offset });
  for (const { hasCall, entry } of ledger.rows()) {
    if (!hasCall) list("job-without-call", entry);
  }
  for (const entry of ledger.entries) {
    if (entry.originals + entry.replays === 0) {
      if (isTold(entry.firstAt, removed.jobs)) list("end-without-job", entry);
      continue;
    }
    const standing = standingOf(entry);
    books.job(standing, repeatsOf(entry));
    if (standing.state === "lost" && !entry.isListed) list("job-lost", entry);
    if (endedTooOften(entry)) list("ended-twice", entry);
  }
}
