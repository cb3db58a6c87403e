import { arrived, sendOpenLoop } from "../../src/benchmark/open-loop.ts";
import type { SendCalls } from "../../src/benchmark/open-loop.ts";
import { percentile } from "../../src/benchmark/percentile.ts";
import { startReceiverProcess } from "../../src/benchmark/receiver-process.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { triggerOf } from "../support/e2e-samples.ts";
import { never, startBenchService } from "./bench-ground.ts";

/** From a call to the arrival of its request, while so many calls come a second, whatever becomes of those before. */
export interface LatencyOptions {
  readonly perSecond: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  readonly endpoints: number;
}

export const latencyDefaults: LatencyOptions = {
  perSecond: [500, 1000, 5000],
  seconds: 15,
  rounds: 3,
  endpoints: 100,
};

/** The promise: at that many calls a second, in ms. */
const promise = { perSecond: 1000, p50: 10, p99: 50 };

interface Figures {
  readonly perSecond: number;
  readonly round: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly missing: number;
}

const warmUpSeconds = 5;

async function run(
  stack: Stack,
  round: number,
  perSecond: number,
  options: LatencyOptions,
): Promise<Figures> {
  const { env, topics } = ownNames(stack, "latency");
  await mustRun(["topics", "apply"], { env });
  await using receiver = await startReceiverProcess(never);
  await using platform = await createPlatform(stack, topics);
  const tenants = Array.from({ length: options.endpoints }, (_, number) => `tenant-${number}`);
  for (const [number, tenantId] of tenants.entries())
    await platform.putTrigger(triggerOf({ tenantId, url: `${receiver.url}/ok/${number}` }));
  await using _ = await startBenchService(env);
  const send: SendCalls = (calls) => platform.call(...calls);
  const warmUp = { perSecond, seconds: warmUpSeconds };
  const warm = await sendOpenLoop(send, tenants, warmUp, never);
  await arrived(receiver, warm);
  await receiver.clear();
  const { seconds } = options;
  const sent = await sendOpenLoop(send, tenants, { perSecond, seconds }, never);
  const latencies = [...(await arrived(receiver, sent)).values()].flat();
  const [p50 = NaN, p99 = NaN, p999 = NaN] = [0.5, 0.99, 0.999].map((part) =>
    percentile(latencies, part),
  );
  return { perSecond, round, p50, p99, p999, missing: Math.max(0, sent - latencies.length) };
}

/** Measures each rate in turn, and all of them again; resolves with whether the promise held in the median round. */
export async function latency(
  stack: Stack,
  options: LatencyOptions,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly rounds: readonly Figures[] }> {
  out(
    `${options.endpoints} endpoints; ms from when a call was due to be written to its request's arrival`,
  );
  const rounds: Figures[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const perSecond of options.perSecond) {
      const figures = await run(stack, round, perSecond, options);
      const { p50, p99, p999, missing } = figures;
      out(
        `round ${round}, ${perSecond} calls/s: p50 ${p50}  p99 ${p99}  p99.9 ${p999}  missing ${missing}`,
      );
      rounds.push(figures);
    }
  }
  const promised = rounds.filter(({ perSecond }) => perSecond === promise.perSecond);
  const median = (of: (figures: Figures) => number): number => percentile(promised.map(of), 0.5);
  const isFast = median(({ p50 }) => p50) <= promise.p50 && median(({ p99 }) => p99) <= promise.p99;
  const isWhole = rounds.every(({ missing }) => missing === 0);
  return { ok: isWhole && (promised.length === 0 || isFast), rounds };
}
