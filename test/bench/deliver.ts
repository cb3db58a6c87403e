import { isBalanced } from "../../src/benchmark/ledger.ts";
import { measureDeliver } from "../../src/benchmark/measure-deliver.ts";
import { percentile, spread } from "../../src/benchmark/percentile.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { withBenchGround } from "./bench-ground.ts";

/** Jobs to requests, signed and recorded, beside merely posting the same bodies with the same client. */
export interface DeliverBench {
  /** Jobs of each round; one more round comes first, to warm up. */
  readonly jobs: number;
  readonly rounds: number;
  readonly endpoints: number;
  /** Bytes of a request's body, about. */
  readonly bytes: number;
  /** Only the variants whose names contain this; what is told as a part of another one needs that one too. */
  readonly only: string;
}

export const deliverDefaults: DeliverBench = {
  jobs: 100_000,
  rounds: 2,
  endpoints: 100,
  bytes: 1000,
  only: "",
};

/** How the endpoints are: the path of each, by its number. */
const variants = {
  "all well": (number: number) => `/ok/${number}`,
  "one first attempt of ten fails": (number: number) => `/flaky/${number}`,
  "one endpoint of a hundred hangs": (number: number) =>
    `/${number === 0 ? "hang" : "ok"}/${number}`,
  "one endpoint only": () => "/ok/0",
  "answers take 20 ms": (number: number) => `/slow/${number}`,
} as const satisfies Record<string, (number: number) => string>;

type Variant = keyof typeof variants;

/** Least rate of each variant: of posting alone, or of what it is when all are well. */
const goals: Partial<
  Record<Variant, { readonly of: "posting" | "all well"; readonly part: number }>
> = {
  "all well": { of: "posting", part: 0.55 },
  "one first attempt of ten fails": { of: "all well", part: 0.85 },
  "one endpoint of a hundred hangs": { of: "all well", part: 0.95 },
};

/** Of one process at full load. */
const mostMiB = 512;

const seed = 7;

export async function deliver(
  stack: Stack,
  options: DeliverBench,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly runs: readonly object[] }> {
  const { jobs, rounds, endpoints, bytes } = options;
  out(
    `${jobs} jobs a round, ${rounds} rounds after one to warm up, ${endpoints} endpoints, ${bytes} bytes`,
  );
  const runs: object[] = [];
  let [ok, well] = [true, NaN];
  const chosen = (Object.keys(variants) as Variant[]).filter((name) => name.includes(options.only));
  for (const variant of chosen) {
    const load = { ...options, processes: 1, seed, pathOf: variants[variant] };
    const own = await withBenchGround(stack, { partitions: 6 }, (ground) =>
      measureDeliver(ground, load, () => undefined),
    );
    const { perSecond, posting, cpuMicros, requests, unrecorded, detours, residentMiB } = own;
    const rate = percentile(perSecond, 0.5);
    if (variant === "all well") well = rate;
    const goal = goals[variant];
    const ratio = rate / (goal?.of === "all well" ? well : percentile(posting, 0.5));
    const isFast = ratio >= (goal?.part ?? 0) && residentMiB <= mostMiB;
    const held = isBalanced(requests) && unrecorded === 0 && isFast;
    ok &&= held;
    out(
      `${variant}: ${spread(perSecond)} requests/s, ${spread(cpuMicros)} µs of processor time each; at most ${residentMiB} MiB; posting alone ${spread(posting)}; ${(ratio * 100).toFixed(0)} % of ${goal?.of ?? "posting"}; ${requests.missing} missing, ${requests.double} repeated, ${unrecorded} not recorded, ${detours} detours`,
    );
    runs.push({ variant, held, ratio, ...own });
  }
  return { ok, runs };
}
