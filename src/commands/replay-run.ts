import type { Connections } from "../app/connections.ts";
import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { SkipReason } from "../replay/picked.ts";
import { findParts, persist } from "../replay/replay-task.ts";
import type { ReplayDeps, ReplayTask } from "../replay/replay-task.ts";
import { runReplay } from "../replay/run-replay.ts";
import { scanParts } from "../replay/scan-parts.ts";
import type { CommandContext } from "./context.ts";
import { createProgressLine } from "./progress-line.ts";
import type { Terminal } from "./progress-line.ts";
import { continuedLines, endLine, surveyLines } from "./replay-report.ts";
import type { Survey } from "./replay-report.ts";

/** What all replays are told on the command line. */
export interface ReplayRunOptions {
  readonly rate: number;
  readonly limit?: number;
  readonly id?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** By what a dry run counts the jobs that it finds: the name of the count to what a record counts as. */
export interface Counting {
  readonly by: Readonly<Record<string, (record: LogRecord) => string>>;
  /** When it died or came, ms since the epoch. */
  readonly at: (record: LogRecord) => number;
}

/** Fails at once where a topic is missing; a run would wait for it. */
export async function assertTopics(
  { topicAdmin }: Connections,
  topics: readonly string[],
): Promise<void> {
  const found = new Set((await topicAdmin.describe(topics, [])).map(({ topic }) => topic));
  for (const topic of topics)
    if (!found.has(topic)) throw new OnhookError("TOPIC_MISSING", { topic });
}

/** Work that only reads: it may be stopped at any moment (COMMAND_STOPPED), and what interrupts it ends it. */
export async function orStopped<T>({ stop }: CommandContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (stop.aborted && error === stop.reason) throw new OnhookError("COMMAND_STOPPED");
    const interrupted = error instanceof OnhookError && error.code === "REPLAY_INTERRUPTED";
    throw interrupted ? error.cause : error;
  }
}

const increased = <K>(counts: Map<K, number>, key: K): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1);

async function surveyOf(
  context: CommandContext,
  task: ReplayTask,
  deps: ReplayDeps,
  { by, at }: Counting,
): Promise<{ survey: Survey; continued: readonly string[] }> {
  const parts = await findParts(task, deps, context.stop);
  const names = Object.keys(by);
  const counts = Object.fromEntries(names.map((name) => [name, new Map<string, number>()]));
  const skipped = new Map<SkipReason, number>();
  const found = { read: 0, jobs: 0, oldest: Infinity, newest: -Infinity };
  const take = async (record: LogRecord): Promise<void> => {
    found.read += 1;
    const picked = await persist(deps, context.stop, () => task.pick(record));
    if (picked.kind === "skipped") increased(skipped, picked.reason);
    if (picked.kind !== "job") return;
    found.jobs += 1;
    found.oldest = Math.min(found.oldest, at(record));
    found.newest = Math.max(found.newest, at(record));
    for (const [name, counted] of Object.entries(counts))
      increased(counted, by[name]?.(record) ?? "?");
  };
  await scanParts(deps.log, task.topic, parts, take, context.stop);
  return { survey: { ...found, skipped, counts }, continued: continuedLines(task.topic, parts) };
}

async function dryRun(
  context: CommandContext,
  task: ReplayTask,
  deps: ReplayDeps,
  counting: Counting,
  options: ReplayRunOptions,
): Promise<void> {
  const { survey, continued } = await surveyOf(context, task, deps, counting);
  for (const line of [...continued, ...surveyLines(task.id, survey)]) context.out(line);
  if (options.dryRun !== true && survey.jobs > 0)
    context.out(
      `Nothing is done yet. Run it again with --yes to replay them, ${options.rate} a second.`,
    );
}

async function run(
  context: CommandContext,
  task: ReplayTask,
  deps: ReplayDeps,
  { rate: ratePerSecond, limit }: ReplayRunOptions,
  terminal: Terminal,
): Promise<void> {
  const { stop } = context;
  const line = createProgressLine(terminal, deps.clock);
  let told = false;
  const pace = { ratePerSecond, ...(limit !== undefined && { limit }) };
  try {
    const ended = await runReplay({ ...task, ...pace }, deps, stop, (progress) => {
      if (!told) continuedLines(task.topic, progress.parts).forEach((each) => context.out(each));
      told = true;
      line.update(progress);
    });
    line.close();
    const isAll = ended.read >= ended.end;
    if (stop.aborted && !isAll)
      throw new OnhookError("REPLAY_STOPPED", { id: task.id, written: ended.written });
    context.out(endLine(task.id, ended));
    if (!isAll) context.out("The limit is reached: run it again to go on.");
  } catch (error) {
    line.close();
    throw error;
  }
}

/** Says what a replay would do or, where the options say so, does it. */
export async function replay(
  context: CommandContext,
  task: ReplayTask,
  deps: ReplayDeps,
  counting: Counting,
  options: ReplayRunOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.yes === true) await run(context, task, deps, options, terminal);
  else await orStopped(context, () => dryRun(context, task, deps, counting, options));
}
