import { pause, steadyClock } from "../runtime/clock.ts";
import { createSeededRandom } from "../sandbox/seeded-random.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { sendAll, startServices } from "./ground.ts";
import type { BenchGround, Fired } from "./ground.ts";
import { Ledger } from "./ledger.ts";
import type { Counts } from "./ledger.ts";
import { createBothMarks, ratesOf as ratesOfLooks, roundsBetween } from "./marks.ts";
import type { Look } from "./marks.ts";
import { benchTrigger } from "./matching-load.ts";
import { percentile } from "./percentile.ts";
import type { PostOrder } from "./raw-post.ts";
import { ServiceLooks } from "./service-looks.ts";
import type { ServiceProcess } from "./service-process.ts";
import type { SinkReport } from "./sink.ts";
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
  /** Microseconds of processor time a request, of all processes of the service, of each round. */
  readonly cpuMicros: readonly number[];
  /** The same of the brokers; null where nobody can tell. */
  readonly brokerMicros: readonly number[] | null;
  /** What the largest process of the service has had in memory, in MiB: its resident set. */
  readonly residentMiB: number;
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

/** The books of a load: which requests have to be taken of all its jobs, and the jobs one by one. */
function loadOf(
  options: DeliverOptions,
  triggers: readonly Trigger[],
): { readonly requests: Ledger; readonly next: () => Fired } {
  const { pathOf = allWell } = options;
  const firedOf = (number: number): Fired => {
    const { tenantId, triggerId } = triggers[number % triggers.length] as Trigger;
    return { triggerId, call: { tenantId, id: null, cdr: { id: `call-${number}` } } };
  };
  const requests = new Ledger();
  for (let number = 0; number < totalOf(options); number += 1) {
    const { call, triggerId } = firedOf(number);
    const hangs = pathOf(number % triggers.length).startsWith("/hang");
    if (!hangs) requests.expect(webhookIdOf(call, triggerId));
  }
  let number = 0;
  return { requests, next: () => firedOf(number++) };
}

const lookMs = 250;
/** How long the records of attempts may take after their requests, in ms. */
const recordedMs = 30_000;

/** Looks on until the sink has taken so many and all of these are recorded, or are not for too long. Tells each look. */
async function followDelivery(
  services: readonly ServiceProcess[],
  taking: Promise<SinkReport>,
  note: (look: Look) => void,
): Promise<{
  readonly report: SinkReport;
  readonly detours: number;
  readonly residentMiB: number;
}> {
  const looks = new ServiceLooks(services);
  let [enough, giveUpAt] = [Infinity, Infinity];
  async function take(): Promise<SinkReport> {
    const report = await taking;
    [enough, giveUpAt] = [report.taken, steadyClock.now() + recordedMs];
    return report;
  }
  async function lookOn(): Promise<number> {
    for (;;) {
      const sum = await looks.look();
      const at = steadyClock.now();
      // Delivered and recorded.
      const count = sum("onhook_delivery_attempts_total", 'outcome="delivered"');
      note({ count, cpu: sum("process_cpu_seconds_total"), at: at / 1000 });
      if (count >= enough || at > giveUpAt) return sum("onhook_detours_total");
      await pause(steadyClock, lookMs);
    }
  }
  const [report, detours] = await Promise.all([take(), lookOn()]);
  return { report, detours, residentMiB: looks.residentMiB };
}

/** How many of them no attempt is recorded of. */
async function countUnrecorded(ground: BenchGround, ids: readonly string[]): Promise<number> {
  const recorded = new Set<string>();
  await ground.readAttempts(({ value: { outcome, jobId } }) => {
    if (outcome === "delivered") recorded.add(jobId);
  });
  return ids.filter((id) => !recorded.has(id)).length;
}

async function deliverAll(
  ground: BenchGround,
  sink: SinkProcess,
  options: DeliverOptions,
): Promise<Omit<DeliverFigures, "posting" | "ofPosting">> {
  const triggers = triggersOf(options, sink.url);
  await ground.publish(triggers);
  const { requests, next } = loadOf(options, triggers);
  const wanted = requests.counts().expected;
  const every = Math.floor(wanted / (options.rounds + 1));
  const both = createBothMarks({ total: wanted, every }, ground.brokerCpu);
  await sink.mark(every);
  const send = (): Promise<void> =>
    sendAll((fired) => ground.sendJobs(fired), totalOf(options), next);
  // What is under way when partitions move is done twice: so several have their partitions before there is a job. One
  // alone finds the jobs there, and shares the machine with nobody who makes them.
  if (options.processes === 1) await send();
  await using running = await startServices(ground, ["deliver"], options.processes);
  const [{ report, detours, residentMiB }] = await Promise.all([
    followDelivery(running.services, sink.untilTaken(wanted), both.note),
    options.processes === 1 ? null : send(),
  ]);
  const ids = await sink.ids();
  for (const id of ids) requests.see(id);
  const counts = requests.counts();
  return {
    perSecond: ratesOf(report.marks, every),
    cpuMicros: ratesOfLooks(both.own, every).cpuMicros,
    brokerMicros: both.brokers && ratesOfLooks(both.brokers, every).cpuMicros,
    requests: { ...counts, double: counts.double + report.repeated },
    unrecorded: await countUnrecorded(ground, ids),
    detours,
    residentMiB,
  };
}

/** Posts alone, writes jobs, has the service deliver them, and counts. `tell` is told what is being done. */
export async function measureDeliver(
  ground: BenchGround,
  options: DeliverOptions,
  tell: (what: string) => void,
): Promise<DeliverFigures> {
  await using sink = await startSinkProcess(ground.signal);
  tell(`merely posting ${totalOf(options)} bodies`);
  const posting = await postAlone(sink, options, ground.signal);
  tell("delivering as many jobs");
  const own = await deliverAll(ground, sink, options);
  const ofPosting = percentile(own.perSecond, 0.5) / percentile(posting, 0.5);
  return { ...own, posting, ofPosting };
}
