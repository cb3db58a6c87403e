import { loadCodecs } from "../app/codecs.ts";
import { readDeath } from "../delivery/dead-headers.ts";
import { readJobState } from "../jobs/job-state.ts";
import { createTopicReader } from "../kafka/topic-reader.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { OnhookError } from "../errors.ts";
import type { CommandContext } from "./context.ts";
import { withConnections } from "./context.ts";
import { Newest } from "./newest.ts";
import { table } from "./table.ts";
import { jsonLine } from "./terminal-text.ts";

export interface DeadListOptions {
  readonly tenant?: string;
  readonly trigger?: string;
  readonly reason?: string;
  /** The newest so many. */
  readonly limit: number;
  readonly json?: boolean;
}

interface DeadJob {
  /** Null where neither the headers nor the record have a time that a date can be. */
  readonly at: string | null;
  readonly jobId: string | null;
  readonly triggerId: string | null;
  readonly tenantId: string | null;
  readonly cdrId: string | null;
  readonly reason: string;
  readonly attempts: number;
  readonly status: number | null;
  readonly error: string;
  readonly partition: number;
  readonly offset: number;
}

function dateOf(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Not by the text: a damaged record may claim a year of six digits. One without a time is the oldest. */
function byTime(a: DeadJob, b: DeadJob): number {
  return Date.parse(a.at ?? "1970") - Date.parse(b.at ?? "1970");
}

async function deadJob(
  record: LogRecord,
  decode: (value: Buffer | null) => Promise<DeliveryJob>,
): Promise<DeadJob> {
  const death = readDeath(record.headers);
  const state = readJobState(record.headers);
  const job = await decode(record.value).catch((error: unknown) => {
    if (error instanceof OnhookError && !error.retryable) return null;
    throw error;
  });
  return {
    at: dateOf(death.at ?? record.timestamp),
    jobId: job?.jobId ?? null,
    triggerId: job?.triggerId ?? record.key?.toString("utf8") ?? null,
    tenantId: job?.tenantId ?? null,
    cdrId: job?.cdrId ?? null,
    reason: death.reason ?? "unknown",
    attempts: state.attempt,
    status: state.lastStatus,
    error: death.error ?? "",
    partition: record.partition,
    offset: record.offset,
  };
}

function wanted(job: DeadJob, { tenant, trigger, reason }: DeadListOptions): boolean {
  return (
    (tenant === undefined || job.tenantId === tenant) &&
    (trigger === undefined || job.triggerId === trigger) &&
    (reason === undefined || job.reason === reason)
  );
}

/** `onhook dead list`: the jobs that ended undelivered, the newest last. */
export async function deadList(context: CommandContext, options: DeadListOptions): Promise<void> {
  const found = await withConnections(context, async (connections, around) => {
    const { topicAdmin, kafka } = connections;
    await topicAdmin.describe([context.config.topics.dead.name], []);
    const codecs = await loadCodecs(around, connections);
    const jobs = new Newest(options.limit, byTime);
    await createTopicReader(kafka).readAll(context.config.topics.dead.name, async (record) => {
      const job = await deadJob(record, (value) => codecs.jobs.decode(value));
      if (wanted(job, options)) jobs.add(job);
    });
    return jobs;
  });
  const shown = found.list();
  if (options.json === true) {
    for (const job of shown) context.out(jsonLine(job));
    return;
  }
  const rows = shown.map((job) => [
    job.at ?? "?",
    job.jobId ?? "?",
    job.triggerId ?? "?",
    job.tenantId ?? "?",
    job.reason,
    String(job.attempts),
    job.error,
  ]);
  for (const line of table(["AT", "JOB", "TRIGGER", "TENANT", "REASON", "ATTEMPTS", "ERROR"], rows))
    context.out(line);
  context.err(
    `${found.count} dead jobs${shown.length < found.count ? `, the newest ${shown.length} shown` : ""}`,
  );
}
