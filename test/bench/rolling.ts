import { startServices } from "../../src/benchmark/ground.ts";
import type { BenchGround } from "../../src/benchmark/ground.ts";
import { isBalanced, Ledger } from "../../src/benchmark/ledger.ts";
import type { Counts } from "../../src/benchmark/ledger.ts";
import { benchTrigger } from "../../src/benchmark/matching-load.ts";
import { percentilesOf } from "../../src/benchmark/measure-latency.ts";
import type { Percentiles } from "../../src/benchmark/measure-latency.ts";
import { arrived, sendOpenLoop } from "../../src/benchmark/open-loop.ts";
import type { SendCalls } from "../../src/benchmark/open-loop.ts";
import { startReceiverProcess } from "../../src/benchmark/receiver-process.ts";
import type { ReceiverProcess } from "../../src/benchmark/receiver-process.ts";
import type { ServiceProcess } from "../../src/benchmark/service-process.ts";
import { webhookIdOf } from "../../src/benchmark/webhook-id.ts";
import { pause, steadyClock } from "../../src/runtime/clock.ts";
import { createSeededRandom } from "../../src/sandbox/seeded-random.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { withBenchGround } from "./bench-ground.ts";

/** Every process is replaced, one after the other, each by one that is ready first, while calls go on. */
export interface RollingOptions {
  /** Calls a second. */
  readonly perSecond: number;
  /** How long they go on; the replacing has to be over before that. */
  readonly seconds: number;
  readonly processesOfEach: number;
  readonly tenants: number;
  /** One tenant in so many has a trigger, which all its calls fire. */
  readonly firingEvery: number;
  readonly partitions: number;
}

export const rollingDefaults: RollingOptions = {
  perSecond: 5000,
  seconds: 60,
  processesOfEach: 3,
  tenants: 500,
  firingEvery: 5,
  partitions: 6,
};

/** The promise, in ms from when a call was due to its request's arrival. */
const maxP99 = 5000;
const warmUpSeconds = 10;
const seed = 11;

export interface RollingFigures extends Percentiles {
  readonly longest: number;
  /** How long it took to replace all processes, in s. */
  readonly replacedIn: number;
  readonly requests: Counts;
}

function triggersOf({ tenants, firingEvery }: RollingOptions, url: string): readonly Trigger[] {
  const random = createSeededRandom(seed);
  const firing = Array.from({ length: tenants }, (_, number) => number).filter(
    (number) => number % firingEvery === 0,
  );
  return firing.map((number) =>
    benchTrigger({
      triggerId: random.uuid(),
      tenantId: `tenant-${number}`,
      action: { url: `${url}/ok/${number}` },
    }),
  );
}

/** Starts another one for each, and ends the old one, with SIGTERM, once the new one is ready. */
async function replaceAll(
  ground: BenchGround,
  roles: readonly (readonly [string, readonly ServiceProcess[]])[],
  started: AsyncDisposableStack,
): Promise<number> {
  const begin = performance.now();
  for (const [role, services] of roles) {
    for (const service of services) {
      started.use(await ground.startService([role]));
      await service[Symbol.asyncDispose]();
    }
  }
  return (performance.now() - begin) / 1000;
}

const patienceMs = 60_000;
const lookMs = 500;

/** As many requests may have come though one is missing, where others have come twice: that is waited for by its id. */
async function allSeen(receiver: ReceiverProcess, requests: Ledger): Promise<void> {
  const until = steadyClock.now() + patienceMs;
  let seen = 0;
  for (;;) {
    const ids = await receiver.ids();
    for (const id of ids.slice(seen)) requests.see(id);
    seen = ids.length;
    if (requests.missing().length === 0 || steadyClock.now() > until) return;
    await pause(steadyClock, lookMs);
  }
}

async function run(ground: BenchGround, options: RollingOptions): Promise<RollingFigures> {
  await using receiver = await startReceiverProcess(ground.signal, { keepsIds: true });
  const triggers = triggersOf(options, receiver.url);
  await ground.publish(triggers);
  const triggerOf = new Map(triggers.map(({ tenantId, triggerId }) => [tenantId, triggerId]));
  await using started = new AsyncDisposableStack();
  const matchers = started.use(await startServices(ground, ["match"], options.processesOfEach));
  const deliverers = started.use(await startServices(ground, ["deliver"], options.processesOfEach));
  const requests = new Ledger();
  const send: SendCalls = async (calls) => {
    for (const call of calls) {
      const triggerId = triggerOf.get(call.tenantId);
      if (triggerId !== undefined) requests.expect(webhookIdOf(call, triggerId));
    }
    await ground.send(calls);
  };
  const tenants = Array.from({ length: options.tenants }, (_, number) => `tenant-${number}`);
  const { perSecond, seconds } = options;
  await sendOpenLoop(send, tenants, { perSecond, seconds: warmUpSeconds }, ground.signal);
  await arrived(receiver, requests.counts().expected);
  await receiver.clear();
  const before = requests.counts().expected;
  const [replacedIn] = await Promise.all([
    replaceAll(
      ground,
      [
        ["match", matchers.services],
        ["deliver", deliverers.services],
      ],
      started,
    ),
    sendOpenLoop(send, tenants, { perSecond, seconds }, ground.signal),
  ]);
  await arrived(receiver, requests.counts().expected - before);
  await allSeen(receiver, requests);
  const latencies = [...(await receiver.latencies()).values()].flat();
  const longest = latencies.reduce((most, each) => Math.max(most, each), 0);
  return { ...percentilesOf(latencies), longest, replacedIn, requests: requests.counts() };
}

/** Resolves with whether nothing was lost or doubled, and the promised latency kept, while all were replaced. */
export async function rolling(
  stack: Stack,
  options: RollingOptions,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean } & RollingFigures> {
  const { perSecond, seconds, processesOfEach, partitions } = options;
  out(
    `${perSecond} calls/s, one in ${options.firingEvery} fires, for ${seconds} s; ${processesOfEach} processes of match and of deliver are replaced one after the other; ${partitions} partitions`,
  );
  const figures = await withBenchGround(stack, { partitions }, (ground) => run(ground, options));
  const { p50, p99, p999, longest, replacedIn, requests } = figures;
  const { expected, missing, double } = requests;
  out(
    `replaced in ${replacedIn.toFixed(1)} s; ms from when a call was due to its request's arrival: p50 ${p50}  p99 ${p99}  p99.9 ${p999}  longest ${longest}; ` +
      `${expected} requests, ${missing} missing, ${double} double`,
  );
  return {
    ok: isBalanced(requests) && p99 <= maxP99 && replacedIn <= seconds,
    ...figures,
  };
}
