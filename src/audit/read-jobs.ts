import type { RecordCodec } from "../avro/record-codec.ts";
import { OnhookError } from "../errors.ts";
import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { replayHeader } from "../jobs/job-state.ts";
import type { Headers, LogRecord } from "../log/log-record.ts";
import type { AuditLog, Commit, Span } from "./audit-log.ts";
import type { JobLedger } from "./job-ledger.ts";

export interface JobSource {
  readonly log: AuditLog;
  readonly topics: {
    readonly cdr: string;
    readonly jobs: string;
    readonly retries: readonly string[];
    readonly dead: string;
    readonly attempts: string;
    readonly invalid: string;
  };
  readonly groups: { readonly deliver: string; readonly retry: string };
  readonly codecs: {
    readonly jobs: Pick<RecordCodec<DeliveryJob>, "decode">;
    readonly attempts: Pick<RecordCodec<DeliveryAttempt>, "decode">;
  };
  /** What the metadata of a commit says to be finished beyond its offset. */
  readonly finishedBeyond: (metadata: string) => (offset: number) => boolean;
  /** Why a dead job is dead, by its headers. */
  readonly deadReason: (headers: Headers) => string | null;
}

/** Told of each job record, whether or not its call belongs to the range. */
export type OnJob = (job: DeliveryJob, at: number, replay: boolean) => void;

/** Whether a call belongs to what is audited. */
export type InRange = (topic: string, partition: number, offset: number) => boolean;

/** What was read besides the ledger's own. */
export interface JobsRead {
  /** Dead jobs of which nothing is left but why. */
  readonly bareDead: number;
  /** Records that are no job or attempt. */
  readonly unreadable: number;
}

interface Reading {
  readonly source: JobSource;
  readonly ledger: JobLedger;
  readonly inRange: InRange;
  unreadable: number;
}

type IsOpen = (record: LogRecord) => boolean;

/** What a group has finished of a topic. */
interface GroupWork {
  readonly isOpen: IsOpen;
  readonly commits: ReadonlyMap<number, Commit>;
}

/** Must be made before what the group's work has brought about is read: what it has finished is then on record. */
async function workOf(source: JobSource, group: string, topic: string): Promise<GroupWork> {
  const commits = await source.log.committed(group, topic);
  const finished = new Map(
    [...commits].map(([partition, { metadata }]) => [partition, source.finishedBeyond(metadata)]),
  );
  const isOpen: IsOpen = ({ partition, offset }) => {
    const commit = commits.get(partition);
    if (commit === undefined) return true;
    return offset >= commit.offset && finished.get(partition)?.(offset) !== true;
  };
  return { isOpen, commits };
}

async function jobOf(record: LogRecord, reading: Reading): Promise<DeliveryJob | null> {
  return decoded(record, reading.source.codecs.jobs, reading);
}

async function decoded<T>(
  record: LogRecord,
  codec: Pick<RecordCodec<T>, "decode">,
  reading: Reading,
): Promise<T | null> {
  try {
    return await codec.decode(record.value);
  } catch (error) {
    if (!(error instanceof OnhookError) || error.retryable) throw error;
    reading.unreadable += 1;
    return null;
  }
}

const isOf = (inRange: InRange, { cdrTopic, cdrPartition, cdrOffset }: CdrPlace): boolean =>
  inRange(cdrTopic, cdrPartition, cdrOffset);

type CdrPlace = Pick<DeliveryJob, "cdrTopic" | "cdrPartition" | "cdrOffset">;

async function readJobs(
  reading: Reading,
  spans: readonly Span[],
  open: IsOpen,
  onJob: OnJob,
): Promise<void> {
  await reading.source.log.read(spans, async (record) => {
    const job = await jobOf(record, reading);
    if (job === null) return;
    const { timestamp: at, topic } = record;
    const replay = record.headers[replayHeader] !== undefined;
    onJob(job, at, replay);
    if (!isOf(reading.inRange, job)) return;
    const { triggersOffset } = job;
    reading.ledger.made(job, { at, topic, open: open(record), replay, triggersOffset });
  });
}

async function readRetries(reading: Reading, spans: readonly Span[], open: IsOpen): Promise<void> {
  await reading.source.log.read(spans, async (record) => {
    // What is finished tells nothing that its successor does not tell.
    if (!open(record)) return;
    const job = await jobOf(record, reading);
    if (job === null || !isOf(reading.inRange, job)) return;
    const { timestamp: at, topic } = record;
    reading.ledger.waits(job, { at, topic, open: true });
  });
}

async function readDead(reading: Reading, spans: readonly Span[]): Promise<number> {
  let bare = 0;
  const { log, deadReason } = reading.source;
  await log.read(spans, async (record) => {
    if (record.value === null) {
      bare += 1;
      return;
    }
    const job = await jobOf(record, reading);
    if (job === null || !isOf(reading.inRange, job)) return;
    const reason = deadReason(record.headers) ?? "unknown";
    reading.ledger.died(job, { at: record.timestamp, reason });
  });
  return bare;
}

async function readAttempts(reading: Reading, spans: readonly Span[]): Promise<void> {
  const { log, codecs } = reading.source;
  await log.read(spans, async (record) => {
    const made = await decoded(record, codecs.attempts, reading);
    if (made === null || !isOf(reading.inRange, made)) return;
    const { attempt, outcome, reason } = made;
    const at = record.timestamp;
    reading.ledger.attempted(made, { at, attempt, outcome, reason: reason ?? "unknown" });
  });
}

/** What groups had finished, taken before anything else is read. */
export interface OpenWork {
  readonly jobs: GroupWork;
  readonly retries: ReadonlyMap<string, GroupWork>;
}

export async function openWork(source: JobSource): Promise<OpenWork> {
  const { topics, groups } = source;
  const [jobs, retries] = await Promise.all([
    workOf(source, groups.deliver, topics.jobs),
    Promise.all(
      topics.retries.map(
        async (topic) => [topic, await workOf(source, groups.retry, topic)] as const,
      ),
    ),
  ]);
  return { jobs, retries: new Map(retries) };
}

export interface LedgerRange {
  readonly spans: Readonly<Record<"jobs" | "dead" | "attempts", readonly Span[]>> & {
    readonly retries: ReadonlyMap<string, readonly Span[]>;
  };
  readonly open: OpenWork;
  readonly inRange: InRange;
  readonly onJob: OnJob;
}

/** Enters into the ledger what the topics say of the jobs in range. */
export async function readLedger(
  source: JobSource,
  ledger: JobLedger,
  { spans, open, inRange, onJob }: LedgerRange,
): Promise<JobsRead> {
  const reading: Reading = { source, ledger, inRange, unreadable: 0 };
  await readJobs(reading, spans.jobs, open.jobs.isOpen, onJob);
  for (const [topic, { isOpen }] of open.retries)
    await readRetries(reading, spans.retries.get(topic) ?? [], isOpen);
  const bareDead = await readDead(reading, spans.dead);
  await readAttempts(reading, spans.attempts);
  return { bareDead, unreadable: reading.unreadable };
}
