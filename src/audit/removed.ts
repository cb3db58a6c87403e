import type { Commit, Span } from "./audit-log.ts";
import type { JobEntry } from "./job-ledger.ts";

/** Up to when records may be gone by retention, by what they are; ms since the epoch, -Infinity where none is. */
export interface Removed {
  readonly jobs: number;
  readonly invalid: number;
  readonly dead: number;
  readonly attempts: number;
}

type Role = "jobs" | "invalid" | "dead" | "attempts";

/** How far the clocks of writers may be apart, in ms: what is near the edge of what is gone may be gone as well. */
const edgeMs = 60_000;

function removedUntil(spans: readonly Span[]): number {
  return Math.max(-Infinity, ...spans.map((span) => span.removedUntil ?? -Infinity));
}

export function removedOf(spans: Readonly<Record<Role, readonly Span[]>>): Removed {
  return {
    jobs: removedUntil(spans.jobs),
    invalid: removedUntil(spans.invalid),
    dead: removedUntil(spans.dead),
    attempts: removedUntil(spans.attempts),
  };
}

/** Whether what was written at `at` or later (ms since the epoch) is all there still. */
export function isTold(at: number, removedUntil: number): boolean {
  return at > removedUntil + edgeMs;
}

/** Whether all that tells how a job ended is there still; a record among the dead matters only where an attempt says so. */
export function isEndTold({ firstAt, saidDead }: JobEntry, { dead, attempts }: Removed): boolean {
  return isTold(firstAt, attempts) && (saidDead === 0 || isTold(firstAt, dead));
}

export interface WarningFacts {
  readonly calls: readonly Span[];
  readonly spans: Readonly<Record<Role, readonly Span[]>>;
  /** Begin of the range and timestamp of its first call, ms since the epoch. */
  readonly from: number | null;
  readonly firstCallAt: number;
  /** What groups have committed, with the spans of what they read. */
  readonly read: readonly {
    readonly spans: readonly Span[];
    readonly commits: ReadonlyMap<number, Commit>;
  }[];
  readonly unreadable: number;
}

const time = (ms: number): string => new Date(ms).toISOString();

function goneCalls({ calls, from }: WarningFacts): string[] {
  return calls
    .filter(({ removedUntil }) => from !== null && (removedUntil ?? -Infinity) >= from)
    .map(
      ({ topic, partition, removedUntil }) =>
        `${topic}/${partition} no longer has the calls up to ${time(removedUntil ?? 0)}: they can't be told.`,
    );
}

function goneRecords({ spans, firstCallAt }: WarningFacts): string[] {
  const { jobs, invalid, dead, attempts } = spans;
  return [jobs, invalid, dead, attempts].flatMap((each) => {
    const until = removedUntil(each);
    if (isTold(firstCallAt, until)) return [];
    return `${each[0]?.topic} no longer has its records up to ${time(until)}: what came of calls until then can't be told.`;
  });
}

/** Behind a commit there may be nothing but markers of transactions, so that this is no proof of a loss. */
function goneUnread({ read }: WarningFacts): string[] {
  return read.flatMap(({ spans, commits }) =>
    spans.flatMap(({ topic, partition, low }) => {
      const commit = commits.get(partition)?.offset;
      if (commit === undefined || commit >= low) return [];
      return `Offsets ${commit} to ${low - 1} of ${topic}/${partition} are gone, and were not committed: records among them were removed before they were handled.`;
    }),
  );
}

/** What the sums can't tell, in words. */
export function warningsOf(facts: WarningFacts): string[] {
  const { unreadable } = facts;
  const strange = `${unreadable} records among jobs, retries, dead and attempts can't be read.`;
  return [
    ...goneCalls(facts),
    ...goneRecords(facts),
    ...goneUnread(facts),
    ...(unreadable > 0 ? [strange] : []),
  ];
}
