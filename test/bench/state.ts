import { percentile, spread } from "../../src/benchmark/percentile.ts";
import type { ServiceProcess } from "../../src/benchmark/service-process.ts";
import { workOut } from "../../src/benchmark/worker-process.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { ownNames } from "../support/e2e-names.ts";
import type { OwnNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { never, startBenchService } from "./bench-ground.ts";
import { changes } from "./changes.ts";
import type { ChangesFigures } from "./changes.ts";
import { cpuSecondsOf } from "./cpu-seconds.ts";
import { memoryOf } from "./memory-of.ts";
import { publishTriggers } from "./state-load.ts";

/** A process that holds very many triggers: how soon it is ready, what it takes, how soon a change of one shows. */
export interface StateOptions {
  /** A multiple of ten: each tenant has ten. */
  readonly triggers: number;
  /** How often the process is started. */
  readonly starts: number;
  /** See `ChangesOptions`. */
  readonly changed: number;
  readonly perSecond: number;
  /** How far the heap of the process may grow, in MiB. */
  readonly heapMiB: number;
}

export const stateDefaults: StateOptions = {
  triggers: 1_000_000,
  starts: 3,
  changed: 100,
  perSecond: 1000,
  heapMiB: 640,
};

/** The promise, of 1,000,000 triggers. */
const promise = { readySeconds: 10, mostMiB: 1024, p99: 250 };

interface Start {
  readonly seconds: number;
  /** Its processor time until then, in s. */
  readonly cpuSeconds: number;
  /** In MiB, once it is ready and at most until then. */
  readonly memory: { readonly now: number; readonly peak: number };
}

/** A process that merely reads the topic: from its start to the last record. */
async function rawSeconds(stack: Stack, topic: string, total: number): Promise<number> {
  const begin = performance.now();
  const order = {
    kafka: {
      brokers: stack.brokers,
      clientId: "raw",
      connectionTimeoutMs: 10_000,
      requestTimeoutMs: 30_000,
    },
    topic,
    groupId: `${topic}-raw`,
    total,
    every: total,
    partitionsAtOnce: 1,
  };
  await workOut({ task: "read", order }, never);
  return (performance.now() - begin) / 1000;
}

/** In a group of its own: one of a process that was killed would wait for that one's session to end. */
async function start(
  { env, groups }: OwnNames,
  number: number,
  heapMiB: number,
): Promise<{ readonly service: ServiceProcess; readonly figures: Start }> {
  const own = { ...env, ONHOOK_KAFKA_MATCH_GROUP: `${groups.match}-${number}` };
  const begin = performance.now();
  const service = await startBenchService(own, ["match"], heapMiB);
  const seconds = (performance.now() - begin) / 1000;
  return {
    service,
    figures: { seconds, cpuSeconds: cpuSecondsOf(service.pid), memory: memoryOf(service.pid) },
  };
}

export interface StateResult {
  readonly ok: boolean;
  readonly raw: readonly number[];
  readonly starts: readonly Start[];
  readonly peakMiB: number;
  readonly changes: ChangesFigures;
}

function isKept({ starts, peakMiB, changes }: Omit<StateResult, "ok">): boolean {
  const { latencies, missing, double, wrong } = changes;
  return (
    percentile(
      starts.map(({ seconds }) => seconds),
      0.5,
    ) <= promise.readySeconds &&
    peakMiB <= promise.mostMiB &&
    percentile(latencies, 0.99) <= promise.p99 &&
    missing + double + wrong === 0
  );
}

/** Measures all of it, and prints a line for each. */
export async function state(
  stack: Stack,
  options: StateOptions,
  out: (line: string) => void,
): Promise<StateResult> {
  const names = ownNames(stack, "state", { ONHOOK_TOPICS_JOBS_PARTITIONS: "1" });
  const { topics } = names;
  await mustRun(["topics", "apply"], { env: names.env });
  await using platform = await createPlatform(stack, topics);
  const steady = await publishTriggers(platform, options.triggers);
  out(
    `${options.triggers} triggers of ${steady.length} tenants, ${options.starts} starts, a heap of ${options.heapMiB} MiB`,
  );
  const [raw, starts]: [number[], Start[]] = [[], []];
  let last: ServiceProcess | null = null;
  for (let number = 0; number < options.starts; number += 1) {
    await last?.[Symbol.asyncDispose]();
    raw.push(await rawSeconds(stack, topics.triggers, options.triggers));
    const { service, figures } = await start(names, number, options.heapMiB);
    starts.push(figures);
    last = service;
  }
  await using service = last as ServiceProcess;
  out(
    `ready ${spread(
      starts.map(({ seconds }) => seconds),
      1,
    )} s after its start, ${spread(
      starts.map(({ cpuSeconds }) => cpuSeconds),
      1,
    )} s of processor time; a process that merely reads them ${spread(raw, 1)} s`,
  );
  out(
    `memory when ready ${spread(starts.map(({ memory }) => memory.now))} MiB, at most ${spread(starts.map(({ memory }) => memory.peak))} MiB until then`,
  );
  const { changed, perSecond } = options;
  const changing = await changes(stack, topics, { steady, changed, perSecond });
  const { latencies, calls, missing, double, wrong } = changing;
  const [p50, p99, most] = [0.5, 0.99, 1].map((part) => percentile(latencies, part).toFixed(0));
  out(
    `${latencies.length} changes while ${perSecond} calls/s came: ms from when a change was safe in the topic to the first job that shows it: p50 ${p50}  p99 ${p99}  max ${most}`,
  );
  out(`${calls} calls: ${missing} jobs missing, ${double} double, ${wrong} calls against a change`);
  const peakMiB = memoryOf(service.pid).peak;
  out(`memory at most ${peakMiB} MiB, the calls included`);
  const result = { raw, starts, peakMiB, changes: changing };
  return { ok: isKept(result), ...result };
}
