import { loadCodecs } from "../app/codecs.ts";
import { byTime, deadLetterOf, fits } from "../explaining/dead-letters.ts";
import { Newest } from "../explaining/newest.ts";
import { createTopicReader } from "../kafka/topic-reader.ts";
import type { CommandContext } from "./context.ts";
import { withConnections } from "./context.ts";
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

/** `onhook dead list`: the jobs that ended undelivered, the newest last. */
export async function deadList(context: CommandContext, options: DeadListOptions): Promise<void> {
  const found = await withConnections(context, async (connections, around) => {
    const { topicAdmin, kafka } = connections;
    await topicAdmin.describe([context.config.topics.dead.name], []);
    const codecs = await loadCodecs(around, connections);
    const jobs = new Newest(options.limit, byTime);
    await createTopicReader(kafka).readAll(context.config.topics.dead.name, async (record) => {
      const job = await deadLetterOf(record, (value) => codecs.jobs.decode(value));
      if (fits(job, options)) jobs.add(job);
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
