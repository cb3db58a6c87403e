import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { ownNames } from "../support/e2e-names.ts";
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
  readonly triggersOfEach: number;
  /** One call in so many fires a trigger; 0: no tenant has any. */
  readonly firesEvery: number;
  readonly partitions: number;
  /** Processes of the service, all with the match role. */
  readonly processes: number;
}

export const matchDefaults: MatchOptions = {
  calls: 500_000,
  rounds: 3,
  tenants: 1000,
  triggersOfEach: 10,
  firesEvery: 5,
  partitions: 6,
  processes: 1,
};

/** When each so many calls were done, and the processor time spent until then; in seconds. */
interface Marks {
  readonly seconds: readonly number[];
  readonly cpuSeconds: readonly number[];
}

const lookMs = 50;

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

export async function match(
  stack: Stack,
  options: MatchOptions,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly raw: Rates; readonly own: Rates }> {
  const { calls, rounds, tenants, triggersOfEach, firesEvery, partitions, processes } = options;
  const { env, topics, groups } = ownNames(stack, "match", {
    ONHOOK_TOPICS_CDR_PARTITIONS: String(partitions),
    ONHOOK_TOPICS_JOBS_PARTITIONS: String(partitions),
  });
  await mustRun(["topics", "apply"], { env });
  await using platform = await createPlatform(stack, topics);
  const tenantIds = Array.from({ length: tenants }, (_, number) => `tenant-${number}`);
  const firstTrigger = new Map<string, string>();
  for (const tenantId of firesEvery === 0 ? [] : tenantIds) {
    for (let n = 0; n < triggersOfEach; n += 1) {
      const trigger = triggerOf({
        tenantId,
        url: "https://example.com/hook",
        filters: mixedFilters(n),
      });
      if (n === 0) firstTrigger.set(tenantId, trigger.triggerId);
      await platform.putTrigger(trigger);
    }
  }
  const total = calls * (rounds + 1);
  const wanted = new Set<string>();
  const source = callSource(tenantIds);
  await sendAll(platform, total, (number) => {
    const [call] = source(1) as [CallEndedRecord];
    if (firesEvery === 0 || number % firesEvery !== 0) return call;
    const changed = firing(call);
    wanted.add(webhookIdOf(changed, firstTrigger.get(call.tenantId) as string));
    return changed;
  });
  out(
    `${total} calls of ${tenants} tenants with ${firesEvery === 0 ? 0 : triggersOfEach} triggers each, ${wanted.size} jobs`,
  );

  const raw = ratesOf(await rawRead(stack, topics.cdr, `${groups.match}-raw`, options), calls);
  const services = await Promise.all(
    Array.from({ length: processes }, () => startBenchService(env, ["--roles", "match"])),
  );
  const own = ratesOf(await follow(services, total, calls), calls);
  await Promise.all(services.map((service) => service[Symbol.asyncDispose]()));
  const made = await jobsOf(stack, topics.jobs);
  const ids = new Set(made.map(({ jobId }) => jobId));
  const missing = [...wanted].filter((id) => !ids.has(id)).length;
  const ratio = percentile(own.perSecond, 0.5) / percentile(raw.perSecond, 0.5);
  out(
    `merely reading: ${spread(raw.perSecond)} calls/s, ${spread(raw.cpuMicros, 2)} µs of processor time a call`,
  );
  out(
    `to jobs: ${spread(own.perSecond)} calls/s, ${spread(own.cpuMicros, 2)} µs of processor time a call`,
  );
  out(
    `${(100 * ratio).toFixed(0)} % of reading; ${made.length} jobs, ${missing} missing, ${made.length - ids.size} double`,
  );
  const ok = missing === 0 && made.length === wanted.size;
  return { ok, raw, own };
}
