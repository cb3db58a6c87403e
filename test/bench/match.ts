import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { ownNames } from "../support/e2e-names.ts";
import type { OwnTopics } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { jobsOf } from "../support/e2e-records.ts";
import { triggerOf } from "../support/e2e-samples.ts";
import { startBenchService } from "./bench-service.ts";
import type { BenchService } from "./bench-service.ts";
import { cpuSecondsOf } from "./cpu-seconds.ts";
import { callSource, firing, mixedFilters } from "./matching-load.ts";
import { percentile, roundsBetween, spread } from "./percentile.ts";
import { sendAll } from "./send-all.ts";

/** Calls to jobs, exactly once and committed, beside merely reading the same calls with the same client. */
export interface MatchOptions {
  /** Calls of each round; one more round comes first, to warm up. */
  readonly calls: number;
  readonly rounds: number;
  readonly tenants: number;
  readonly partitions: number;
  /** Processes of the service, all with the match role. */
  readonly processes: number;
}

export const matchDefaults: MatchOptions = {
  calls: 500_000,
  rounds: 3,
  tenants: 1000,
  partitions: 6,
  processes: 1,
};

/** Who has triggers, and what calls fire. */
interface Workload {
  /** One tenant in so many has triggers; Infinity: none. */
  readonly tenantsEvery: number;
  readonly triggersOfEach: number;
  /** One call in so many, of tenants that have triggers, fires. */
  readonly firesEvery: number;
  /** How many of its tenant's triggers such a call fires. */
  readonly jobsOfEach: number;
}

const usual: Workload = { tenantsEvery: 1, triggersOfEach: 10, firesEvery: 5, jobsOfEach: 1 };

const workloads = {
  "0.2 jobs per call": usual,
  "no tenant has triggers": { ...usual, tenantsEvery: Infinity },
  "one tenant in ten has triggers": { ...usual, tenantsEvery: 10 },
  "2 jobs per call": { ...usual, firesEvery: 1, jobsOfEach: 2 },
} as const satisfies Record<string, Workload>;

/** The least rate, as a part of that of merely reading, and the most processor time a call, in µs. */
const goals: Partial<
  Record<keyof typeof workloads, { readonly part: number; readonly cpuMicros?: number }>
> = {
  "0.2 jobs per call": { part: 0.6, cpuMicros: 6 },
  "no tenant has triggers": { part: 0.85 },
};

/** When each so many calls were done, and the processor time spent until then; in seconds. */
interface Marks {
  readonly seconds: readonly number[];
  readonly cpuSeconds: readonly number[];
}

/** Often enough for rounds of seconds; each look costs the service some milliseconds. */
const lookMs = 250;

async function sum(of: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(of)).reduce((total, each) => total + each, 0);
}

/** Follows the count of calls that are committed; between two looks it is taken to have risen evenly. */
async function follow(
  services: readonly BenchService[],
  total: number,
  every: number,
): Promise<Marks> {
  const [seconds, cpuSeconds]: [number[], number[]] = [[], []];
  let before = { count: 0, at: 0, cpu: 0 };
  while (seconds.length <= total / every) {
    const count = await sum(services.map((each) => each.metric("onhook_cdrs_total")));
    const now = {
      count,
      at: performance.now() / 1000,
      cpu: services.reduce((cpu, { pid }) => cpu + cpuSecondsOf(pid), 0),
    };
    while (now.count > 0 && now.count >= every * seconds.length) {
      const part =
        seconds.length === 0
          ? 1
          : (every * seconds.length - before.count) / Math.max(1, now.count - before.count);
      seconds.push(before.at + (now.at - before.at) * part);
      cpuSeconds.push(before.cpu + (now.cpu - before.cpu) * part);
      if (seconds.length > total / every) break;
    }
    before = now;
    await pause(lookMs);
  }
  return { seconds, cpuSeconds };
}

interface Rates {
  /** Calls a second, of each round, the warm-up left out. */
  readonly perSecond: readonly number[];
  /** Microseconds of processor time a call. */
  readonly cpuMicros: readonly number[];
}

function ratesOf({ seconds, cpuSeconds }: Marks, calls: number): Rates {
  return {
    perSecond: roundsBetween(seconds).map((each) => calls / each),
    cpuMicros: roundsBetween(cpuSeconds).map((each) => (each * 1e6) / calls),
  };
}

async function rawRead(
  stack: Stack,
  topic: string,
  groupId: string,
  options: MatchOptions,
): Promise<Marks> {
  const child = fork(fileURLToPath(new URL("raw-read.ts", import.meta.url)));
  const total = options.calls * (options.rounds + 1);
  child.send({
    brokers: stack.brokers,
    topic,
    groupId,
    total,
    every: options.calls,
    partitionsAtOnce: 4,
  });
  const [marks] = (await once(child, "message")) as [Marks];
  child.disconnect();
  await once(child, "exit");
  return marks;
}

/** Publishes the triggers, then writes the calls. Resolves with the ids of the jobs that have to come of them. */
async function prepare(
  stack: Stack,
  topics: OwnTopics,
  { tenants, calls, rounds }: MatchOptions,
  { tenantsEvery, triggersOfEach, firesEvery, jobsOfEach }: Workload,
): Promise<ReadonlySet<string>> {
  await using platform = await createPlatform(stack, topics);
  const tenantIds = Array.from({ length: tenants }, (_, number) => `tenant-${number}`);
  const firedOf = new Map<string, string[]>();
  const isOwner = (number: number): boolean =>
    Number.isFinite(tenantsEvery) && number % tenantsEvery === 0;
  for (const tenantId of tenantIds.filter((_, number) => isOwner(number))) {
    for (let n = 0; n < triggersOfEach; n += 1) {
      const filters = mixedFilters(n < jobsOfEach ? 0 : n);
      const trigger = triggerOf({ tenantId, url: "https://example.com/hook", filters });
      if (n < jobsOfEach)
        firedOf.set(tenantId, [...(firedOf.get(tenantId) ?? []), trigger.triggerId]);
      await platform.putTrigger(trigger);
    }
  }
  const wanted = new Set<string>();
  const source = callSource(tenantIds);
  let ofThose = 0;
  // Another one's turn each time around, since the tenants come in turn.
  const isFiring = (number: number): boolean =>
    (number + Math.floor(number / tenants)) % firesEvery === 0;
  await sendAll(platform, calls * (rounds + 1), () => {
    const [call] = source(1) as [CallEndedRecord];
    const triggerIds = firedOf.get(call.tenantId);
    if (triggerIds === undefined || !isFiring(ofThose++)) return call;
    const changed = firing(call);
    for (const triggerId of triggerIds) wanted.add(webhookIdOf(changed, triggerId));
    return changed;
  });
  return wanted;
}

interface MatchRun {
  readonly workload: string;
  readonly held: boolean;
  readonly ratio: number;
  readonly raw: Rates;
  readonly own: Rates;
  readonly jobs: number;
  readonly missing: number;
  readonly double: number;
}

async function run(
  stack: Stack,
  options: MatchOptions,
  workload: keyof typeof workloads,
): Promise<MatchRun> {
  const { calls, rounds, partitions, processes } = options;
  const { env, topics, groups } = ownNames(stack, "match", {
    ONHOOK_TOPICS_CDR_PARTITIONS: String(partitions),
    ONHOOK_TOPICS_JOBS_PARTITIONS: String(partitions),
  });
  await mustRun(["topics", "apply"], { env });
  const wanted = await prepare(stack, topics, options, workloads[workload]);
  const raw = ratesOf(await rawRead(stack, topics.cdr, `${groups.match}-raw`, options), calls);
  const services = await Promise.all(
    Array.from({ length: processes }, () => startBenchService(env, ["--roles", "match"])),
  );
  const own = ratesOf(await follow(services, calls * (rounds + 1), calls), calls);
  await Promise.all(services.map((service) => service[Symbol.asyncDispose]()));
  const made = await jobsOf(stack, topics.jobs);
  const ids = new Set(made.map(({ jobId }) => jobId));
  const missing = [...wanted].filter((id) => !ids.has(id)).length;
  const ratio = percentile(own.perSecond, 0.5) / percentile(raw.perSecond, 0.5);
  const goal = goals[workload];
  const isRight = missing === 0 && made.length === wanted.size;
  const isFast =
    ratio >= (goal?.part ?? 0) &&
    percentile(own.cpuMicros, 0.5) <= (goal?.cpuMicros ?? Number.POSITIVE_INFINITY);
  const double = made.length - ids.size;
  const held = isRight && isFast;
  return { workload, held, ratio, raw, own, jobs: made.length, missing, double };
}

/** Measures each workload in turn, and prints a line for each. */
export async function match(
  stack: Stack,
  options: MatchOptions,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly runs: readonly MatchRun[] }> {
  const { calls, rounds, tenants, processes } = options;
  out(
    `${calls} calls a round of ${tenants} tenants, ${rounds} rounds after one to warm up; processes: ${processes}`,
  );
  const runs: MatchRun[] = [];
  for (const workload of Object.keys(workloads) as (keyof typeof workloads)[]) {
    const one = await run(stack, options, workload);
    const { raw, own, ratio, jobs, missing, double } = one;
    out(
      `${workload}: ${spread(own.perSecond)} calls/s, ${spread(own.cpuMicros, 2)} µs of processor time a call; ` +
        `merely reading ${spread(raw.perSecond)}, ${spread(raw.cpuMicros, 2)} µs; ` +
        `${(100 * ratio).toFixed(0)} % of that; ${jobs} jobs, ${missing} missing, ${double} double`,
    );
    runs.push(one);
  }
  return { ok: runs.every(({ held }) => held), runs };
}
