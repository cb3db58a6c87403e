import { accessSync, constants, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, resolve } from "node:path";
import type { BenchGround } from "../benchmark/ground.ts";
import { measureDeliver } from "../benchmark/measure-deliver.ts";
import type { DeliverFigures, DeliverOptions } from "../benchmark/measure-deliver.ts";
import { measureLatency } from "../benchmark/measure-latency.ts";
import type { LatencyOptions } from "../benchmark/measure-latency.ts";
import { measureMatch } from "../benchmark/measure-match.ts";
import type { MatchFigures, MatchOptions } from "../benchmark/measure-match.ts";
import { OnhookError } from "../errors.ts";
import { withGround } from "./bench-ground.ts";
import { deliverReport, latencyReport, matchReport } from "./bench-report.ts";
import type { Report } from "./bench-report.ts";
import type { CommandContext } from "./context.ts";

/** What all benchmarks are told on the command line. */
export interface BenchOptions {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly namePrefix: string;
  /** Where the figures are kept as JSON. */
  readonly json?: string;
}

export type BenchMatchOptions = BenchOptions &
  Pick<MatchOptions, "calls" | "rounds" | "tenants" | "processes" | "seed" | "firesEvery"> & {
    /** Of each tenant. */
    readonly triggers: number;
  };
export type BenchDeliverOptions = BenchOptions & DeliverOptions;
export type BenchLatencyOptions = BenchOptions & LatencyOptions;

/** Throws FILE_UNWRITABLE at the begin, not when all is measured. */
function assertWritable(file: string | undefined): void {
  if (file === undefined) return;
  try {
    accessSync(dirname(resolve(file)), constants.W_OK);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function unwritable(file: string, cause: unknown): OnhookError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new OnhookError("FILE_UNWRITABLE", { file, problem }, { cause });
}

/** Throws BENCH_OPTIONS: a process without a partition would do nothing, and be counted. */
export function assertShared(processes: number, partitions: number, what: string): void {
  if (processes <= partitions) return;
  const problem = `--processes ${processes} is more than the ${partitions} partitions of the topic of ${what}: raise --partitions`;
  throw new OnhookError("BENCH_OPTIONS", { problem });
}

/** What the books of a benchmark hold: a set takes no more than 2^24 ids, and these some GiB. */
const mostCounted = 10_000_000;

/** Throws BENCH_OPTIONS where so many are more than can be counted one by one. */
export function assertCountable(count: number, what: string, options: string): void {
  if (count <= mostCounted) return;
  const problem = `${count} ${what} are more than the ${mostCounted} that are counted one by one: lower ${options}`;
  throw new OnhookError("BENCH_OPTIONS", { problem });
}

interface Measuring<Figures> {
  readonly name: string;
  readonly measure: (ground: BenchGround, tell: (what: string) => void) => Promise<Figures>;
  readonly report: (figures: Figures) => Report;
}

function keep(file: string, kept: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/**
 * Measures on topics of its own, prints what came of it, and keeps it where that is wanted; before anything is deleted, so that
 * the figures are there whatever becomes of that. Rejects with BENCH_UNBALANCED where anything is missing or double.
 */
async function bench<Figures extends object>(
  context: CommandContext,
  options: BenchOptions,
  { name, measure, report }: Measuring<Figures>,
): Promise<void> {
  const { json, ...shown } = options;
  assertWritable(json);
  await withGround(context, options, async (ground, prefix) => {
    const { topics, kafka } = ground.config;
    context.out(
      `${name} at ${kafka.brokers.join(", ")}: topics ${prefix}-…, ${topics.cdr.partitions} partitions of calls, ${topics.jobs.partitions} of jobs`,
    );
    context.stop.addEventListener("abort", () => context.err(stopping));
    const figures = await measure(ground, (what) => context.out(`… ${what}`));
    const { lines, problem } = report(figures);
    for (const line of lines) context.out(line);
    const kept = { ...origin(name, context), options: shown, ok: problem === "", lines, figures };
    if (json !== undefined) keep(json, kept);
    if (problem !== "") throw new OnhookError("BENCH_UNBALANCED", { problem });
  });
}

const stopping =
  "Stopping; what was made is being deleted. Ctrl-C again ends at once and leaves it.";

/** What figures are of. */
function origin(name: string, { version }: CommandContext): object {
  const [first] = cpus();
  const machine = { cores: cpus().length, model: first?.model ?? "", node: process.version };
  return { name, at: new Date().toISOString(), version, machine };
}

/** `onhook bench match`: calls to jobs. Rejects with BENCH_OPTIONS, BENCH_UNBALANCED, BENCH_LEFT and what fails besides. */
export async function benchMatch(
  context: CommandContext,
  options: BenchMatchOptions,
): Promise<void> {
  const { processes, partitions = context.config.topics.cdr.partitions } = options;
  assertShared(processes, partitions, "calls");
  const calls = options.calls * (options.rounds + 1);
  assertCountable(Math.ceil(calls / options.firesEvery), "jobs", "--calls or --rounds");
  const { triggers: triggersOfEach, ...load } = options;
  await bench(context, options, {
    name: "match",
    report: (figures: MatchFigures) => matchReport(figures, options.calls),
    measure: (ground, tell) =>
      measureMatch(ground, { ...load, triggersOfEach, tenantsEvery: 1, jobsOfEach: 1 }, tell),
  });
}

/** `onhook bench deliver`: jobs to requests. Rejects as `benchMatch`. */
export async function benchDeliver(
  context: CommandContext,
  options: BenchDeliverOptions,
): Promise<void> {
  const { processes, partitions = context.config.topics.jobs.partitions } = options;
  assertShared(processes, partitions, "jobs");
  assertCountable(options.jobs * (options.rounds + 1), "jobs", "--jobs or --rounds");
  await bench(context, options, {
    name: "deliver",
    report: (figures: DeliverFigures) => deliverReport(figures, options.jobs),
    measure: (ground, tell) => measureDeliver(ground, options, tell),
  });
}

/** `onhook bench latency`: from a call to its request. Rejects as `benchMatch`. */
export async function benchLatency(
  context: CommandContext,
  options: BenchLatencyOptions,
): Promise<void> {
  const { rate, seconds, rounds } = options;
  assertCountable(rate * seconds * (rounds + 1), "calls", "--rate, --seconds or --rounds");
  await bench(context, options, {
    name: "latency",
    report: latencyReport,
    measure: (ground, tell) => measureLatency(ground, options, tell),
  });
}
