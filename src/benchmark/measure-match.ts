import type { CallEndedRecord } from "../sandbox/simulated-cdr.ts";
import { followCount } from "./follow-count.ts";
import { sendAll, startServices } from "./ground.ts";
import type { BenchGround } from "./ground.ts";
import { Ledger } from "./ledger.ts";
import type { Counts } from "./ledger.ts";
import { createBothMarks, ratesOf } from "./marks.ts";
import type { Marks, Rates } from "./marks.ts";
import { createMatchingLoad } from "./matching-load.ts";
import type { Workload } from "./matching-load.ts";
import { percentile } from "./percentile.ts";
import type { ReadOrder } from "./raw-read.ts";
import type { WriteOrder } from "./raw-write.ts";
import { ServiceLooks } from "./service-looks.ts";
import { webhookIdOf } from "./webhook-id.ts";
import { workOut } from "./worker-process.ts";

/** Calls to jobs, exactly once and committed, beside merely reading the same calls and merely writing the same jobs. */
export interface MatchOptions extends Workload {
  /** Calls of each round; one more round comes first, to warm up. */
  readonly calls: number;
  readonly rounds: number;
  /** Processes of the service, all with the match role. */
  readonly processes: number;
}

/** All rates are of calls. */
export interface MatchFigures {
  readonly own: Rates;
  readonly reading: Rates;
  /** Null where there were no jobs. */
  readonly writing: Rates | null;
  /** Microseconds of the brokers' processor time a call, of each round; null where nobody can tell. */
  readonly brokerMicros: readonly number[] | null;
  /** What the largest process of the service has had in memory, in MiB: its resident set. */
  readonly residentMiB: number;
  /** Medians: what the service does of merely reading, and of merely writing. */
  readonly ofReading: number;
  readonly ofWriting: number | null;
  readonly jobs: Counts;
}

const totalOf = ({ calls, rounds }: MatchOptions): number => calls * (rounds + 1);

/** Publishes the triggers, then writes the calls; expects the jobs that have to come of them. */
async function prepare(ground: BenchGround, options: MatchOptions, jobs: Ledger): Promise<void> {
  const load = createMatchingLoad(options);
  await ground.publish(load.triggers);
  const next = (): CallEndedRecord => {
    const { call, fires } = load.next();
    for (const triggerId of fires) jobs.expect(webhookIdOf(call, triggerId));
    return call;
  };
  await sendAll((calls) => ground.send(calls), totalOf(options), next);
}

async function readAlone(ground: BenchGround, options: MatchOptions): Promise<Rates> {
  const { config, kafka, groups } = ground;
  const order: ReadOrder = {
    kafka,
    topic: config.topics.cdr.name,
    groupId: groups.reading,
    total: totalOf(options),
    every: options.calls,
    partitionsAtOnce: config.match.partitionsAtOnce,
  };
  return ratesOf(await workOut<Marks>({ task: "read", order }, ground.signal), options.calls);
}

/** Writes as many records as there were jobs, of their size, to where those stand: their readers are done. */
async function writeAlone(
  ground: BenchGround,
  options: MatchOptions,
  jobs: { readonly count: number; readonly bytes: number },
): Promise<Rates | null> {
  const every = Math.floor(jobs.count / (options.rounds + 1));
  if (every === 0) return null;
  const { name: topic, partitions } = ground.config.topics.jobs;
  const total = every * (options.rounds + 1);
  const bytes = Math.round(jobs.bytes / jobs.count);
  const order: WriteOrder = { kafka: ground.kafka, topic, partitions, total, every, bytes };
  const marks = await workOut<Marks>({ task: "write", order }, ground.signal);
  return ratesOf(marks, options.calls);
}

async function matchAll(
  ground: BenchGround,
  options: MatchOptions,
): Promise<Pick<MatchFigures, "own" | "brokerMicros" | "residentMiB">> {
  const { calls: every } = options;
  const total = totalOf(options);
  const { own, brokers, note } = createBothMarks({ total, every }, ground.brokerCpu);
  await using running = await startServices(ground, ["match"], options.processes);
  const looks = new ServiceLooks(running.services);
  const look = async () => {
    const sum = await looks.look();
    return { count: sum("onhook_cdrs_total"), cpu: sum("process_cpu_seconds_total") };
  };
  await followCount({ look, total, what: "calls are matched", signal: ground.signal, note });
  return {
    own: ratesOf(own, every),
    brokerMicros: brokers && ratesOf(brokers, every).cpuMicros,
    residentMiB: looks.residentMiB,
  };
}

/**
 * Writes the calls, reads them alone, has the service match them, counts the jobs, and writes as many alone. `tell` is told
 * what is being done.
 */
export async function measureMatch(
  ground: BenchGround,
  options: MatchOptions,
  tell: (what: string) => void,
): Promise<MatchFigures> {
  const jobs = new Ledger();
  tell(`writing ${totalOf(options)} calls`);
  await prepare(ground, options, jobs);
  tell("merely reading them");
  const reading = await readAlone(ground, options);
  tell("matching them");
  const { own, brokerMicros, residentMiB } = await matchAll(ground, options);
  tell("counting the jobs");
  const found = { count: 0, bytes: 0 };
  await ground.readJobs(({ value, bytes }) => {
    jobs.see(value.jobId);
    found.count += 1;
    found.bytes += bytes;
  });
  if (found.count > 0) tell("merely writing as many");
  const writing = await writeAlone(ground, options, found);
  const median = ({ perSecond }: Rates): number => percentile(perSecond, 0.5);
  return {
    own,
    reading,
    writing,
    brokerMicros,
    residentMiB,
    ofReading: median(own) / median(reading),
    ofWriting: writing && median(own) / median(writing),
    jobs: jobs.counts(),
  };
}
