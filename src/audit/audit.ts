import type { CallSchemas } from "../cdr/call-schemas.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { Span } from "./audit-log.ts";
import type { AuditReport } from "./audit-report.ts";
import { Books } from "./books.ts";
import { CallAuditor } from "./call-auditor.ts";
import { createStandings } from "./job-end.ts";
import { JobLedger } from "./job-ledger.ts";
import type { JobEntry } from "./job-ledger.ts";
import { closeJobs } from "./close-jobs.ts";
import { MatchEvidence } from "./match-evidence.ts";
import { readQuarantine } from "./quarantine.ts";
import { readConfiguration } from "./read-config.ts";
import { openWork, readLedger } from "./read-jobs.ts";
import type { InRange, JobSource, LedgerRange, OpenWork } from "./read-jobs.ts";
import type { ConfigSource } from "./read-config.ts";
import { isEndTold, removedOf, warningsOf } from "./removed.ts";
import type { WarningFacts } from "./removed.ts";

/** All that an audit reads from. */
export interface AuditSource extends JobSource, Omit<ConfigSource, "log" | "topics" | "codecs"> {
  readonly topics: JobSource["topics"] & ConfigSource["topics"];
  readonly groups: JobSource["groups"] & { readonly match: string };
  readonly codecs: JobSource["codecs"] & ConfigSource["codecs"];
  readonly schemas: CallSchemas;
}

export interface AuditOptions {
  /** The calls' timestamps, ms since the epoch: from `from` (included) to `to` (excluded); null is open. */
  readonly from: number | null;
  readonly to: number | null;
  /** How many findings are listed. */
  readonly limit: number;
  /** Ms since the epoch. */
  readonly now: number;
}

/**
 * How much earlier than its call, by the clocks, a job or what came of it is looked for; ms. Clocks of the platform that
 * are ahead of those of Onhook by more would let jobs be overlooked.
 */
const clocksApartMs = 600_000;

function rangeOf(topic: string, spans: readonly Span[]): InRange {
  const byPartition = new Map(spans.map((span) => [span.partition, span]));
  return (cdrTopic, partition, offset) => {
    const span = byPartition.get(partition);
    return cdrTopic === topic && span !== undefined && offset >= span.start && offset < span.end;
  };
}

/** Calls are looked at one after the other, each with its schema loaded. */
async function readCalls(
  { log, schemas }: AuditSource,
  spans: readonly Span[],
  auditor: CallAuditor,
): Promise<void> {
  await log.read(spans, async (record: LogRecord) => {
    const { value } = record;
    if (value !== null && value.length > 4 && value[0] === 0)
      await schemas.load(value.readInt32BE(1));
    auditor.call(record);
  });
}

type Spans = LedgerRange["spans"] & { readonly invalid: readonly Span[] };

/** What may tell of calls from `since` on (ms since the epoch), up to the ends as they are now. */
async function spansOf({ log, topics }: AuditSource, since: number | null): Promise<Spans> {
  const of = (topic: string): Promise<readonly Span[]> => log.spans(topic, since, null);
  const [jobs, dead, attempts, invalid, retries] = await Promise.all([
    of(topics.jobs),
    of(topics.dead),
    of(topics.attempts),
    of(topics.invalid),
    Promise.all(topics.retries.map(async (topic) => [topic, await of(topic)] as const)),
  ]);
  return { jobs, retries: new Map(retries), dead, attempts, invalid };
}

function readBy(spans: Spans, open: OpenWork): WarningFacts["read"] {
  const retries = [...open.retries].map(([topic, { commits }]) => ({
    spans: spans.retries.get(topic) ?? [],
    commits,
  }));
  return [{ spans: spans.jobs, commits: open.jobs.commits }, ...retries];
}

/**
 * Accounts for every call of the range and every job that comes of one. What groups have committed is read first, so that
 * all that they had finished by then is on record when it is read: nothing that is on its way is taken for missing.
 * Rejects with TOPIC_MISSING, REGISTRY_UNREACHABLE, or the error of a broker that can't be had.
 */
export async function runAudit(source: AuditSource, options: AuditOptions): Promise<AuditReport> {
  const { log, topics, groups } = source;
  const { from, to, limit, now } = options;
  const calls = await log.spans(topics.cdr, from, to);
  const matched = await log.committed(groups.match, topics.cdr);
  const open = await openWork(source);
  const spans = await spansOf(source, from === null ? null : from - clocksApartMs);
  const config = await readConfiguration(source);
  const evidence = new MatchEvidence(config);
  const ledger = new JobLedger();
  const { unreadable, bareDead } = await readLedger(source, ledger, {
    spans,
    open,
    inRange: rangeOf(topics.cdr, calls),
    onJob: (job, at, replay) => void (replay || evidence.made(job, at)),
  });
  const quarantine = await readQuarantine(log, spans.invalid, topics.cdr);
  const removed = removedOf(spans);
  const isTold = (entry: JobEntry): boolean => isEndTold(entry, removed);
  const standingOf = createStandings({ isTold, bareDead });
  const books = new Books(limit);
  const { schemas } = source;
  const isRead = (partition: number, offset: number): boolean =>
    offset < (matched.get(partition)?.offset ?? 0);
  const known = { schemas, evidence, ledger, quarantine, removed };
  const auditor = new CallAuditor({ ...known, books, isRead, standingOf, now });
  await readCalls(source, calls, auditor);
  closeJobs({ ledger, books, removed, standingOf });
  const { firstAt: firstCallAt } = auditor;
  const read = [{ spans: calls, commits: matched }, ...readBy(spans, open)];
  const warnings = warningsOf({ calls, spans, from, firstCallAt, read, unreadable });
  return books.report({ at: now, from, to, warnings });
}
