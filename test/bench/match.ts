import type { Workload } from "../../src/benchmark/matching-load.ts";
import { measureMatch } from "../../src/benchmark/measure-match.ts";
import type { MatchFigures } from "../../src/benchmark/measure-match.ts";
import { isBalanced } from "../../src/benchmark/ledger.ts";
import { percentile, spread } from "../../src/benchmark/percentile.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { withBenchGround } from "./bench-ground.ts";

/** Calls to jobs, exactly once and committed, beside merely reading the same calls and merely writing the same jobs. */
export interface MatchBench {
  /** Calls of each round; one more round comes first, to warm up. */
  readonly calls: number;
  readonly rounds: number;
  readonly tenants: number;
  readonly partitions: number;
  /** Processes of the service, all with the match role. */
  readonly processes: number;
}

export const matchDefaults: MatchBench = {
  calls: 500_000,
  rounds: 3,
  tenants: 1000,
  partitions: 6,
  processes: 1,
};

type Shape = Omit<Workload, "tenants" | "seed">;

const usual: Shape = { tenantsEvery: 1, triggersOfEach: 10, firesEvery: 5, jobsOfEach: 1 };

const workloads = {
  "0.2 jobs per call": usual,
  "no tenant has triggers": { ...usual, tenantsEvery: Infinity },
  "one tenant in ten has triggers": { ...usual, tenantsEvery: 10 },
  "2 jobs per call": { ...usual, firesEvery: 1, jobsOfEach: 2 },
} as const satisfies Record<string, Shape>;

/** The least rate, as a part of that of merely reading, and the most processor time a call, in µs. */
const goals: Partial<
  Record<keyof typeof workloads, { readonly part: number; readonly cpuMicros?: number }>
> = {
  "0.2 jobs per call": { part: 0.6, cpuMicros: 6 },
  "no tenant has triggers": { part: 0.85 },
};

/** Of one process at full load. */
const mostMiB = 512;

const seed = 7;
const percent = (part: number): string => `${(100 * part).toFixed(0)} %`;

function lineOf(workload: string, figures: MatchFigures): string {
  const { own, reading, writing, brokerMicros, residentMiB, ofReading, ofWriting, jobs } = figures;
  const broker = brokerMicros === null ? "" : `, ${spread(brokerMicros, 2)} of the broker's`;
  const beside =
    writing === null || ofWriting === null
      ? ""
      : ` merely writing the jobs of ${spread(writing.perSecond)}; ${percent(ofWriting)} of that;`;
  return (
    `${workload}: ${spread(own.perSecond)} calls/s, ${spread(own.cpuMicros, 2)} µs of processor time a call${broker}; at most ${residentMiB} MiB; ` +
    `merely reading ${spread(reading.perSecond)}, ${spread(reading.cpuMicros, 2)} µs; ` +
    `${percent(ofReading)} of that;${beside} ${jobs.expected} jobs, ${jobs.missing} missing, ${jobs.double} double`
  );
}

/** Measures each workload in turn, and prints a line for each. */
export async function match(
  stack: Stack,
  options: MatchBench,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly runs: readonly object[] }> {
  const { calls, rounds, tenants, processes, partitions } = options;
  out(
    `${calls} calls a round of ${tenants} tenants, ${rounds} rounds after one to warm up; processes: ${processes}`,
  );
  const runs: (MatchFigures & { readonly workload: string; readonly held: boolean })[] = [];
  for (const workload of Object.keys(workloads) as (keyof typeof workloads)[]) {
    const load = { ...options, ...workloads[workload], seed };
    const figures = await withBenchGround(stack, { partitions }, (ground) =>
      measureMatch(ground, load, () => undefined),
    );
    out(lineOf(workload, figures));
    const { part = 0, cpuMicros = Infinity } = goals[workload] ?? {};
    const held =
      isBalanced(figures.jobs) &&
      figures.ofReading >= part &&
      percentile(figures.own.cpuMicros, 0.5) <= cpuMicros &&
      figures.residentMiB <= mostMiB;
    runs.push({ workload, held, ...figures });
  }
  return { ok: runs.every(({ held }) => held), runs };
}
