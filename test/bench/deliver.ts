import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Stack } from "../../src/sandbox/stack.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { attemptsOf, jobsOf } from "../support/e2e-records.ts";
import { triggerOf } from "../support/e2e-samples.ts";
import { startBenchService } from "./bench-service.ts";
import { sendAll } from "./send-all.ts";
import { startBenchSink } from "./bench-sink.ts";
import type { BenchSink } from "./bench-sink.ts";
import { cpuSecondsOf } from "./cpu-seconds.ts";
import { percentile, roundsBetween, spread } from "./percentile.ts";

/** Jobs to requests, signed and recorded, beside merely posting the same bodies with the same client. */
export interface DeliverOptions {
  /** Jobs of each round; one more round comes first, to warm up. */
  readonly jobs: number;
  readonly rounds: number;
  readonly endpoints: number;
  /** Bytes of a request's body, about. */
  readonly bytes: number;
  /** Only the variants whose names contain this; what is told as a part of another one needs that one too. */
  readonly only: string;
}

export const deliverDefaults: DeliverOptions = {
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

interface Rates {
  /** Requests a second, of each round, the warm-up left out. */
  readonly perSecond: readonly number[];
}

interface Run extends Rates {
  readonly cpuMicros: number;
  readonly missing: number;
  readonly repeated: number;
  readonly unrecorded: number;
  /** Jobs that went by the ladder though nothing had failed. */
  readonly detours: number;
}

function ratesOf(marks: readonly number[], jobs: number): Rates {
  return { perSecond: roundsBetween(marks).map((ms) => (jobs * 1000) / ms) };
}

const inFlight = 256;
const connections = 64;

async function postAlone(
  sink: BenchSink,
  { jobs, rounds, endpoints, bytes }: DeliverOptions,
): Promise<Rates> {
  sink.mark(jobs);
  const total = jobs * (rounds + 1);
  const child = fork(fileURLToPath(new URL("raw-post.ts", import.meta.url)));
  const paths = Array.from({ length: endpoints }, (_, number) => `/ok/${number}`);
  child.send({ url: sink.url, paths, total, bytes, inFlight, connections });
  await once(child, "message");
  child.disconnect();
  const { marks } = await sink.untilTaken(total);
  return ratesOf(marks, jobs);
}

async function deliverAll(
  stack: Stack,
  sink: BenchSink,
  variant: Variant,
  options: DeliverOptions,
): Promise<Run> {
  const { jobs, rounds, endpoints, bytes } = options;
  const { env, topics } = ownNames(stack, "deliver", {
    ONHOOK_TOPICS_JOBS_PARTITIONS: "6",
    ONHOOK_TOPICS_CDR_PARTITIONS: "6",
  });
  await mustRun(["topics", "apply"], { env });
  await using platform = await createPlatform(stack, topics);
  const tenants = Array.from({ length: endpoints }, (_, number) => `tenant-${number}`);
  const pathOf = variants[variant];
  // What the payload has besides, some 250 bytes, is the call's own.
  const customData = { padding: "x".repeat(Math.max(0, bytes - 250)) };
  for (const [number, tenantId] of tenants.entries()) {
    const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
    const action = { customData, secrets, retries: 3 };
    await platform.putTrigger(triggerOf({ tenantId, url: sink.url + pathOf(number), action }));
  }
  const total = jobs * (rounds + 1);
  await sendAll(platform, total, (number) => ({
    tenantId: tenants[number % endpoints],
    id: null,
    cdr: { id: `call-${number}` },
  }));
  {
    await using matcher = await startBenchService(env, ["--roles", "match"]);
    while ((await matcher.metric("onhook_jobs_total")) < total) await pause(200);
  }
  const hanging = tenants.filter((_, number) => pathOf(number).startsWith("/hang")).length;
  const wanted = total - (total / endpoints) * hanging;
  sink.mark(Math.floor(wanted / (rounds + 1)));
  await using service = await startBenchService(env, ["--roles", "deliver"]);
  const before = cpuSecondsOf(service.pid);
  const { marks, taken, repeated } = await sink.untilTaken(wanted);
  const cpuMicros = ((cpuSecondsOf(service.pid) - before) * 1e6) / wanted;
  const delivered = async (): Promise<number> =>
    service.metric("onhook_delivery_attempts_total", 'outcome="delivered"');
  const until = Date.now() + 30_000;
  while ((await delivered()) < taken && Date.now() < until) await pause(100);
  const detours = await service.metric("onhook_detours_total");
  const [ids, made, attempts] = await Promise.all([
    sink.ids(),
    jobsOf(stack, topics.jobs),
    attemptsOf(stack, topics.attempts),
  ]);
  const recorded = new Set(
    attempts.filter(({ outcome }) => outcome === "delivered").map(({ jobId }) => jobId),
  );
  const due = new Set(made.map(({ jobId }) => jobId));
  return {
    ...ratesOf(marks, wanted / (rounds + 1)),
    cpuMicros,
    missing: wanted - [...ids].filter((id) => due.has(id)).length,
    repeated,
    detours,
    unrecorded: [...ids].filter((id) => !recorded.has(id)).length,
  };
}

export async function deliver(
  stack: Stack,
  options: DeliverOptions,
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
    await using sink = await startBenchSink();
    const alone = await postAlone(sink, options);
    const own = await deliverAll(stack, sink, variant, options);
    const rate = percentile(own.perSecond, 0.5);
    const posting = percentile(alone.perSecond, 0.5);
    if (variant === "all well") well = rate;
    const goal = goals[variant];
    const ratio = rate / (goal?.of === "all well" ? well : posting);
    const held = own.missing === 0 && own.unrecorded === 0 && ratio >= (goal?.part ?? 0);
    ok &&= held;
    out(
      `${variant}: ${spread(own.perSecond)} requests/s, ${own.cpuMicros.toFixed(0)} µs of processor time each; posting alone ${spread(alone.perSecond)}; ${(ratio * 100).toFixed(0)} % of ${goal?.of ?? "posting"}; ${own.missing} missing, ${own.repeated} repeated, ${own.unrecorded} not recorded, ${own.detours} detours`,
    );
    runs.push({ variant, held, ratio, posting: alone.perSecond, ...own });
  }
  return { ok, runs };
}
