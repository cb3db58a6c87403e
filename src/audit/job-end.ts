import type { JobEntry } from "./job-ledger.ts";

/** Where a job stands. */
export type JobStanding =
  | { readonly state: "delivered" }
  /** `where`: the topic in which it waits. */
  | { readonly state: "pending"; readonly where: string }
  | { readonly state: "cancelled"; readonly reason: string }
  | { readonly state: "dead"; readonly reason: string }
  /** Its records are all finished, its end is not on record, and retention may have removed it. */
  | { readonly state: "in-doubt" }
  /** Its records are all finished, and its end is nowhere. */
  | { readonly state: "lost" };

function ended(entry: JobEntry): JobStanding | null {
  const { dead, deadAt, deadReason, cancelled, cancelledAt, cancelReason } = entry;
  if (dead > 0 && (cancelled === 0 || deadAt >= cancelledAt))
    return { state: "dead", reason: deadReason };
  return cancelled > 0 ? { state: "cancelled", reason: cancelReason } : null;
}

/**
 * Says where a job stands. Each record in the topic of jobs is a life, which ends once: delivered, dead or cancelled.
 * Whatever was delivered once counts as delivered. A record that its group has not finished is work to come, unless the
 * end is written already and only the commit is missing. An attempt that says dead is no end without its record among
 * the dead: a worker that had lost its partition leaves the one without the other, and its successor goes on.
 *
 * `told`: whether the topics still have all that could tell the job's end.
 */
export function standingOf(entry: JobEntry, told: boolean): JobStanding {
  if (entry.delivered > 0) return { state: "delivered" };
  const missingEnds = Math.max(1, entry.originals + entry.replays) - entry.dead - entry.cancelled;
  const end = ended(entry);
  if (entry.openAt >= 0 && (missingEnds > 0 || end === null))
    return { state: "pending", where: entry.openTopic };
  if (end !== null && (missingEnds <= 0 || !told)) return end;
  return { state: told ? "lost" : "in-doubt" };
}

/** Attempts beyond the first of their number, of a job with one life: each repeated a request, or its record. */
export function repeatsOf({ originals, replays, attempts, highestAttempt }: JobEntry): number {
  const lives = Math.max(1, originals + replays);
  return Math.max(0, attempts - lives * highestAttempt);
}

/** Whether a job has ended more often than it was begun: two chains of retries were under way. */
export function endedTooOften(entry: JobEntry): boolean {
  const { originals, replays, delivered, dead, cancelled } = entry;
  return delivered + dead + cancelled > Math.max(1, originals + replays);
}

/** What else is known of how jobs ended. */
export interface EndFacts {
  /** Whether all that tells how a job ended is there still. */
  readonly isTold: (entry: JobEntry) => boolean;
  /** Dead jobs of which nothing is left but why: they were too large even without their call. */
  readonly bareDead: number;
}

/** `standingOf` for the jobs of one audit; a bare dead record stands for one job that an attempt calls dead. */
export function createStandings({ isTold, bareDead }: EndFacts): (entry: JobEntry) => JobStanding {
  const bare = new Set<JobEntry>();
  return (entry) => {
    const standing = standingOf(entry, isTold(entry));
    if (standing.state !== "lost" || entry.saidDead === 0) return standing;
    if (!bare.has(entry) && bare.size >= bareDead) return standing;
    bare.add(entry);
    return { state: "dead", reason: "too-large" };
  };
}
