import { arrived, sendOpenLoop } from "../../src/benchmark/open-loop.ts";
import { percentile } from "../../src/benchmark/percentile.ts";
import { startReceiverProcess } from "../../src/benchmark/receiver-process.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { triggerOf } from "../support/e2e-samples.ts";
import { never, startBenchService } from "./bench-ground.ts";

/** What one endpoint that hangs does to the others: the same load with and without ten that hang and ten that fail. */
export interface IsolationOptions {
  readonly endpoints: number;
  readonly hanging: number;
  readonly failing: number;
  readonly jobsPerSecond: number;
  readonly seconds: number;
}

export const isolationDefaults: IsolationOptions = {
  endpoints: 100,
  hanging: 10,
  failing: 10,
  jobsPerSecond: 2000,
  seconds: 30,
};

interface RunResult {
  /** Of the endpoints that are well in both runs; ms from the sending of the call to the request's arrival. */
  readonly latencies: readonly number[];
  /** Requests of those endpoints that did not come within the run and a minute. */
  readonly missing: number;
}

function pathOf(endpoint: number, bad: boolean, { hanging, failing }: IsolationOptions): string {
  if (bad && endpoint < hanging) return `/hang/${endpoint}`;
  if (bad && endpoint < hanging + failing) return `/fail/${endpoint}`;
  return `/ok/${endpoint}`;
}

async function run(stack: Stack, bad: boolean, options: IsolationOptions): Promise<RunResult> {
  const { endpoints, hanging, failing, jobsPerSecond, seconds } = options;
  const { env, topics } = ownNames(stack, "isolation");
  await mustRun(["topics", "apply"], { env });
  await using receiver = await startReceiverProcess(never);
  await using platform = await createPlatform(stack, topics);
  const tenants = Array.from({ length: endpoints }, (_, number) => `tenant-${number}`);
  for (const [number, tenantId] of tenants.entries()) {
    await platform.putTrigger(
      triggerOf({
        tenantId,
        url: receiver.url + pathOf(number, bad, options),
        action: { retries: 3 },
      }),
    );
  }
  await using _ = await startBenchService(env);
  const sent = await sendOpenLoop(
    (calls) => platform.call(...calls),
    tenants,
    { perSecond: jobsPerSecond, seconds },
    never,
  );
  const well = (path: string): boolean => Number(path.split("/")[2]) >= hanging + failing;
  const wanted = Math.floor((sent * (endpoints - hanging - failing)) / endpoints);
  const paths = await arrived(receiver, wanted, well);
  const latencies = [...paths].filter(([path]) => well(path)).flatMap(([, list]) => list);
  return { latencies, missing: Math.max(0, wanted - latencies.length) };
}

const figures = [0.5, 0.99, 0.999, 1] as const;

/** Runs both, twice each in turn, after a warm-up, and prints them; resolves with whether the promise held in every round. */
export async function isolation(
  stack: Stack,
  options: IsolationOptions,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly rounds: readonly object[] }> {
  const { endpoints, hanging, failing, jobsPerSecond, seconds } = options;
  out(
    `${endpoints} endpoints, ${jobsPerSecond} jobs/s for ${seconds} s; ms from call to request at the ${endpoints - hanging - failing} endpoints that are well`,
  );
  await run(stack, false, { ...options, seconds: Math.min(5, seconds) });
  const rounds: object[] = [];
  let ok = true;
  for (const round of [1, 2]) {
    const alone = await run(stack, false, options);
    const beside = await run(stack, true, options);
    const ratio = percentile(beside.latencies, 0.99) / percentile(alone.latencies, 0.99);
    for (const [name, { latencies, missing }] of [
      ["all are well", alone],
      [`${hanging} hang and ${failing} fail`, beside],
    ] as const) {
      const shown = figures.map((part) => percentile(latencies, part));
      out(
        `round ${round}, ${name}: p50 ${shown[0]}  p99 ${shown[1]}  p99.9 ${shown[2]}  max ${shown[3]}  missing ${missing}`,
      );
      rounds.push({
        round,
        name,
        p50: shown[0],
        p99: shown[1],
        p999: shown[2],
        max: shown[3],
        missing,
      });
    }
    out(`round ${round}: p99 beside bad ones is ${ratio.toFixed(2)} times that without them`);
    const waited = percentile(beside.latencies, 1) >= 10_000;
    ok &&= ratio <= 2 && !waited && alone.missing + beside.missing === 0;
  }
  return { ok, rounds };
}
