import type { RequestSeen } from "./request-log.ts";

/** How a job ends. */
export type End = "delivered" | "dead" | "cancelled";

/** A webhook that a call must cause, and the ends that its receiver's behaviour allows. */
export interface Expected {
  readonly webhookId: string;
  readonly ends: readonly End[];
}

/** A job as it stands in the topic of jobs: the same origin twice is one job made twice. */
export interface CommittedJob {
  readonly jobId: string;
  /** Partition and offset of its call, and its trigger. */
  readonly origin: string;
}

/** What is known when all is quiet. */
export interface Evidence {
  /** Calls that stand in their topic. */
  readonly calls: number;
  readonly expected: readonly Expected[];
  readonly committed: readonly CommittedJob[];
  /** Of the topic of attempts: how a job is recorded to have ended. */
  readonly ended: readonly { readonly jobId: string; readonly outcome: End }[];
  /** Ids in the topic of dead jobs. */
  readonly dead: ReadonlySet<string>;
  readonly requests: readonly RequestSeen[];
}

export interface Account {
  readonly calls: number;
  readonly jobs: number;
  readonly delivered: number;
  readonly dead: number;
  readonly cancelled: number;
  /** Webhooks that were due and neither came nor ended as they must. */
  readonly lost: readonly string[];
  /** Jobs that were committed twice. */
  readonly doubled: readonly string[];
  /** In words; empty where all went as it must, losses and doubles apart. */
  readonly problems: readonly string[];
}

/** What says that a job has ended that way, seen from outside: an arrival, a dead job, a recorded cancellation. */
function proofs(evidence: Evidence): (webhookId: string, end: End) => boolean {
  const taken = new Set(
    evidence.requests.filter(({ status }) => status >= 200 && status < 300).map(({ id }) => id),
  );
  const recorded = new Set(evidence.ended.map(({ jobId, outcome }) => `${outcome} ${jobId}`));
  return (id, end) => {
    if (!recorded.has(`${end} ${id}`)) return false;
    if (end === "delivered") return taken.has(id);
    return end === "cancelled" || evidence.dead.has(id);
  };
}

function repeatedOf(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

/** Ids that somebody saw and nobody expected. */
function strays(evidence: Evidence): string[] {
  const known = new Set(evidence.expected.map(({ webhookId }) => webhookId));
  const places = {
    "the jobs": evidence.committed.map(({ jobId }) => jobId),
    "the attempts": evidence.ended.map(({ jobId }) => jobId),
    "the dead": [...evidence.dead],
    "the requests": evidence.requests.map(({ id }) => id),
  };
  return Object.entries(places).flatMap(([place, ids]) =>
    [...new Set(ids)].filter((id) => !known.has(id)).map((id) => `${id} among ${place} is not due`),
  );
}

/** Holds what was seen against what was due. Nothing of it comes from the service's own counts. */
export function settle(evidence: Evidence): Account {
  const proven = proofs(evidence);
  const committed = new Set(evidence.committed.map(({ jobId }) => jobId));
  const counts: Record<End, number> = { delivered: 0, dead: 0, cancelled: 0 };
  const lost: string[] = [];
  const problems = strays(evidence);
  for (const { webhookId, ends } of evidence.expected) {
    const end = ends.find((each) => proven(webhookId, each));
    if (end === undefined || !committed.has(webhookId)) lost.push(webhookId);
    else counts[end] += 1;
    for (const other of ["delivered", "dead", "cancelled"] as const)
      if (!ends.includes(other) && proven(webhookId, other))
        problems.push(`${webhookId} is ${other}, and had to be ${ends.join(" or ")}`);
  }
  return {
    calls: evidence.calls,
    jobs: evidence.committed.length,
    ...counts,
    lost,
    doubled: repeatedOf(evidence.committed.map(({ origin }) => origin)),
    problems,
  };
}
