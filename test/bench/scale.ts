import { availableParallelism } from "node:os";
import { isBalanced } from "../../src/benchmark/ledger.ts";
import type { Counts } from "../../src/benchmark/ledger.ts";
import { measureDeliver } from "../../src/benchmark/measure-deliver.ts";
import { measureMatch } from "../../src/benchmark/measure-match.ts";
import { percentile, spread } from "../../src/benchmark/percentile.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { withBenchGround } from "./bench-ground.ts";

/** Several processes of a role on one broker: what all of them do together, and what it costs them and the broker. */
export interface ScaleOptions {
  readonly processes: readonly number[];
  /** Of each round; one more round comes first, to warm up. */
  readonly calls: number;
  readonly jobs: number;
  readonly rounds: number;
  readonly partitions: number;
}

export const scaleDefaults: ScaleOptions = {
  processes: [1, 2, 4],
  calls: 150_000,
  jobs: 30_000,
  rounds: 3,
  partitions: 8,
};

/**
 * The most processor time that a call or a request may cost the service with several processes, as a multiple of one's.
 * Looked at for as many processes as there are processors: more of them push each other out of these and of their
 * caches, which says nothing of the service.
 */
const maxGrowth = 1.25;

/** One number of processes of a role. */
interface Step {
  readonly processes: number;
  /** Calls or requests a second, of all processes together. */
  readonly perSecond: readonly number[];
  readonly cpuMicros: readonly number[];
  readonly brokerMicros: readonly number[] | null;
  readonly counts: Counts;
}

interface Role {
  readonly role: "match" | "deliver";
  readonly things: "calls" | "requests";
  measure(stack: Stack, options: ScaleOptions, processes: number): Promise<Step>;
}

const seed = 7;

const match: Role = {
  role: "match",
  things: "calls",
  async measure(stack, { calls, rounds, partitions }, processes) {
    const load = { tenants: 1000, tenantsEvery: 1, triggersOfEach: 10, firesEvery: 5 };
    const options = { ...load, jobsOfEach: 1, seed, calls, rounds, processes };
    const { own, brokerMicros, jobs } = await withBenchGround(stack, { partitions }, (ground) =>
      measureMatch(ground, options, () => undefined),
    );
    return { processes, ...own, brokerMicros, counts: jobs };
  },
};

const deliver: Role = {
  role: "deliver",
  things: "requests",
  async measure(stack, { jobs, rounds, partitions }, processes) {
    const options = { jobs, rounds, endpoints: 100, bytes: 1000, processes, seed };
    const figures = await withBenchGround(stack, { partitions }, (ground) =>
      measureDeliver(ground, options, () => undefined),
    );
    return { processes, ...figures, counts: figures.requests };
  },
};

const median = (values: readonly number[]): number => percentile(values, 0.5);

function lineOf({ role, things }: Role, step: Step, first: Step): string {
  const { processes, perSecond, cpuMicros, brokerMicros, counts } = step;
  const times = median(perSecond) / median(first.perSecond);
  const broker = brokerMicros === null ? "" : `, ${spread(brokerMicros, 1)} µs of the broker's`;
  return (
    `${role}, ${processes} ${processes === 1 ? "process" : "processes"}: ${spread(perSecond)} ${things}/s together, ` +
    `${times.toFixed(2)} times those of ${first.processes}; ${spread(cpuMicros, 1)} µs of their processor time each${broker}; ` +
    `${counts.missing} missing, ${counts.double} double`
  );
}

/** What there would be to gain where nobody shares a core: from what it costs here with one process. */
function outlook({ role, things }: Role, { cpuMicros, brokerMicros }: Step): string {
  const perCore = (micros: readonly number[]): string =>
    Math.round(1e6 / median(micros)).toLocaleString("en-GB");
  const broker =
    brokerMicros === null
      ? ""
      : `, and a core of the broker's would be enough for ${perCore(brokerMicros)}`;
  return `${role}: by that a process with a core of its own would do ${perCore(cpuMicros)} ${things}/s${broker}`;
}

/** What to say where there are too few processors to judge what several processes cost; null where there are enough. */
export function unjudgedGrowth(processes: readonly number[], processors: number): string | null {
  const [first = 1, ...others] = processes;
  if (others.some((each) => each <= processors)) return null;
  const each = processors === 1 ? "1 processor" : `${processors} processors`;
  return `${each}: nothing is judged of what more processes than ${first} cost, as that needs a processor for each`;
}

/** Measures each number of processes of each role in turn, and prints a line for each. */
export async function scale(
  stack: Stack,
  options: ScaleOptions,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly steps: readonly object[] }> {
  const { calls, jobs, rounds, partitions } = options;
  out(
    `${calls} calls and ${jobs} jobs a round, ${rounds} rounds after one to warm up, ${partitions} partitions, one broker, all on this machine`,
  );
  const unjudged = unjudgedGrowth(options.processes, availableParallelism());
  if (unjudged !== null) out(unjudged);
  const steps: object[] = [];
  let ok = true;
  for (const role of [match, deliver]) {
    let first: Step | null = null;
    for (const processes of options.processes) {
      const step = await role.measure(stack, options, processes);
      first ??= step;
      out(lineOf(role, step, first));
      const growth = median(step.cpuMicros) / median(first.cpuMicros);
      ok &&= isBalanced(step.counts) && (processes > availableParallelism() || growth <= maxGrowth);
      steps.push({ role: role.role, growth, ...step });
    }
    if (first !== null) out(outlook(role, first));
  }
  return { ok, steps };
}
