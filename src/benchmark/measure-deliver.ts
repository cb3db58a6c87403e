import { pause, steadyClock } from "../runtime/clock.ts";
import { createSeededRandom } from "../sandbox/seeded-random.ts";
import type { CallEndedRecord } from "../sandbox/simulated-cdr.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { followCount } from "./follow-count.ts";
import { sendAll, startServices } from "./ground.ts";
import type { BenchGround } from "./ground.ts";
import { Ledger } from "./ledger.ts";
import type { Counts } from "./ledger.ts";
import { roundsBetween } from "./marks.ts";
import { benchTrigger } from "./matching-load.ts";
import { percentile } from "./percentile.ts";
import type { PostOrder } from "./raw-post.ts";
import type { ServiceProcess } from "./service-process.ts";
import { startSinkProcess } from "./sink-process.ts";
import type { SinkProcess } from "./sink-process.ts";
import { webhookIdOf } from "./webhook-id.ts";
import { workOut } from "./worker-process.ts";

/** Jobs to requests, signed and recorded, beside merely posting the same bodies with the same client. */
export interface DeliverOptions {
  /** Jobs of each round; one more round comes first, to warm up. */
  readonly jobs: number;
  readonly rounds: number;
  readonly endpoints: number;
  /** Bytes of a request's body, about. */
  readonly bytes: number;
  /** Processes of the service, all with the deliver role. */
  readonly processes: number;
  readonly seed: number;
  /** How the endpoints are: the path of each by its number, for the sink. All well where it is left out. */
  readonly pathOf?: (number: number) => string;
}

export interface DeliverFigures {
  /** Requests a second, of each round, the warm-up left out. */
  readonly perSecond: readonly number[];
  /** The same of posting alone. */
  readonly posting: readonly number[];
  /** Microseconds of processor time a request, of all processes of the service. */
  readonly cpuMicros: number;
  /** Medians: what the service does of posting alone. */
  readonly ofPosting: number;
  readonly requests: Counts;
  /** Requests that were taken and whose attempts are not recorded. */
  readonly unrecorded: number;
  /** Jobs that went by the ladder though nothing had failed. */
  readonly detours: number;
}

/** The sink's marks are of requests in ms. */
const ratesOf = (marks: readonly number[], count: number): number[] =>
  roundsBetween(marks).map((ms) => (count * 1000) / ms);

const totalOf = ({ jobs, rounds }: DeliverOptions): number => jobs * (rounds + 1);
const allWell = (number: number): string => `/ok/${number}`;

const [inFlight, connections] = [256, 64];

async function postAlone(
  sink: SinkProcess,
  options: DeliverOptions,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const { jobs, endpoints, bytes } = options;
  await sink.mark(jobs);
  const total = totalOf(options);
  const paths = Array.from({ length: endpoints }, (_, number) => allWell(number));
  const order: PostOrder = { url: sink.url, paths, total, bytes, inFlight, connections };
  await workOut({ task: "post", order }, signal);
  return ratesOf((await sink.untilTaken(total)).marks, jobs);
}

/** A secret that no receiver has; signing takes as long with any. */
const secret = `whsec_${Buffer.alloc(24, "bench").toString("base64")}`;
/** What a payload has besides the padding: ids, and the little that the call has. */
const bytesBesides = 250;

function triggersOf({ endpoints, bytes, pathOf = allWell, seed }: DeliverOptions, url: string) {
  const random = createSeededRandom(seed);
  const customData = { padding: "x".repeat(Math.max(0, bytes - bytesBesides)) };
  return Array.from({ length: endpoints }, (_, number) =>
    benchTrigger({
      triggerId: random.uuid(),
      tenantId: `tenant-${number}`,
      action: { url: url + pathOf(number), customData, secrets: [secret] },
    }),
  );
}

/** Has jobs made of calls, one of each; resolves with the books of those whose requests have to be taken. */
async function prepare(
  ground: BenchGround,
  options: DeliverOptions,
  triggers: readonly Trigger[],
): Promise<Ledger> {
  const requests = new Ledger();
  const { pathOf = allWell } = options;
  const total = totalOf(options);
  await ground.publish(triggers);
  let number = 0;
  await sendAll(ground, total, (): CallEndedRecord => {
    const endpoint = number % triggers.length;
    const { tenantId, triggerId } = triggers[endpoint] as Trigger;
    const call = { tenantId, id: null, cdr: { id: `call-${number}` } };
    if (!pathOf(endpoint).startsWith("/hang")) requests.expect(webhookIdOf(call, triggerId));
    number += 1;
    return call;
  });
  await using matching = await startServices(ground, ["match"], 1);
  const [matcher] = matching.services as [ServiceProcess];
  const look = async () => ({ count: await matcher.metric("onhook_jobs_total"), cpu: 0 });
  await followCount({ look, total, what: "jobs are made", signal: ground.signal });
  return requests;
}

const lookMs = 200;
/** How long the records of attempts may take after their requests, in ms. */
const recordedMs = 30_000;

async function sum(services: readonly ServiceProcess[], ...of: readonly [string, string?]) {
  const all = await Promise.all(services.map((service) => service.metric(...of)));
  return all.reduce((total, each) => total + each, 0);
}

async function untilRecorded(services: readonly ServiceProcess[], taken: number): Promise<void> {
  const until = steadyClock.now() + recordedMs;
  const of = ["onhook_delivery_attempts_total", 'outcome="delivered"'] as const;
  while ((await sum(services, ...of)) < taken && steadyClock.now() < until)
    await pause(steadyClock, lookMs);
}

async function deliverAll(
  ground: BenchGround,
  sink: SinkProcess,
  options: DeliverOptions,
): Promise<Omit<DeliverFigures, "posting" | "ofPosting">> {
  const requests = await prepare(ground, options, triggersOf(options, sink.url));
  const wanted = requests.counts().expected;
  const every = Math.floor(wanted / (options.rounds + 1));
  await sink.mark(every);
  await using running = await startServices(ground, ["deliver"], options.processes);
  const { services } = running;
  const spent = (): Promise<number> => sum(services, "process_cpu_seconds_total");
  const before = await spent();
  const { marks, taken, repeated } = await sink.untilTaken(wanted);
  const cpuMicros = (((await spent()) - before) * 1e6) / wanted;
  await untilRecorded(services, taken);
  const detours = await sum(services, "onhook_detours_total");
  const ids = await sink.ids();
  for (const id of ids) requests.see(id);
  const recorded = new Set<string>();
  await ground.readAttempts(({ value: { outcome, jobId } }) => {
    if (outcome === "delivered") recorded.add(jobId);
  });
  const counts = requests.counts();
  return {
    perSecond: ratesOf(marks, every),
    cpuMicros,
    requests: { ...counts, double: counts.double + repeated },
    unrecorded: ids.filter((id) => !recorded.has(id)).length,
    detours,
  };
}

/** Posts alone, has jobs made, has the service deliver them, and counts. `tell` is told what is being done. */
export async function measureDeliver(
  ground: BenchGround,
  options: DeliverOptions,
  tell: (what: string) => void,
): Promise<DeliverFigures> {
  await using sink = await startSinkProcess(ground.signal);
  tell(`merely posting ${totalOf(options)} bodies`);
  const posting = await postAlone(sink, options, ground.signal);
  tell("having as many jobs made, and delivering them");
  const own = await deliverAll(ground, sink, options);
  const ofPosting = percentile(own.perSecond, 0.5) / percentile(posting, 0.5);
  return { ...own, posting, ofPosting };
}
