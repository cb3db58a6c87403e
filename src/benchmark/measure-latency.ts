import { createSeededRandom } from "../sandbox/seeded-random.ts";
import type { CallEndedRecord } from "../sandbox/simulated-cdr.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { startServices } from "./ground.ts";
import type { BenchGround } from "./ground.ts";
import { Ledger } from "./ledger.ts";
import type { Counts } from "./ledger.ts";
import { benchTrigger } from "./matching-load.ts";
import { arrived, sendOpenLoop } from "./open-loop.ts";
import { percentile } from "./percentile.ts";
import type { TripOrder } from "./raw-trip.ts";
import { startReceiverProcess } from "./receiver-process.ts";
import type { ReceiverProcess } from "./receiver-process.ts";
import { webhookIdOf } from "./webhook-id.ts";
import { workOut } from "./worker-process.ts";

/** From a call to the arrival of its request, while so many calls come a second, whatever becomes of those before. */
export interface LatencyOptions {
  /** Calls a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly endpoints: number;
  readonly seed: number;
}

/** ms that no more than that part of the calls took. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

export interface LatencyFigures {
  /** Of each round; the warm-up is left out. */
  readonly rounds: readonly Percentiles[];
  /** Of a record that is merely written and read, one at a time. */
  readonly trips: Percentiles;
  /** The median of the rounds' medians, as a multiple of that. */
  readonly timesTrip: number;
  /** Of all rounds, the warm-up included. */
  readonly requests: Counts;
}

const warmUpSeconds = 5;
const tripsAlone = 200;

/** Their 50th, 99th and 99.9th percentile. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const [p50 = NaN, p99 = NaN, p999 = NaN] = [0.5, 0.99, 0.999].map((part) =>
    percentile(values, part),
  );
  return { p50, p99, p999 };
}

async function tripAlone({ config, groups, kafka, signal }: BenchGround): Promise<Percentiles> {
  // Nobody reads that topic, so that nobody takes these records for calls.
  const topic = config.topics.invalid.name;
  const order: TripOrder = { kafka, topic, groupId: groups.reading, count: tripsAlone };
  return percentilesOf(await workOut<number[]>({ task: "trips", order }, signal));
}

function triggersOf({ endpoints, seed }: LatencyOptions, url: string): readonly Trigger[] {
  const random = createSeededRandom(seed);
  return Array.from({ length: endpoints }, (_, number) =>
    benchTrigger({
      triggerId: random.uuid(),
      tenantId: `tenant-${number}`,
      action: { url: `${url}/ok/${number}` },
    }),
  );
}

/** Sends the calls of a round, and resolves with how long each took whose request has come. */
async function round(
  ground: BenchGround,
  receiver: ReceiverProcess,
  triggers: ReadonlyMap<string, Trigger>,
  { rate: perSecond, seconds }: Pick<LatencyOptions, "rate" | "seconds">,
  requests: Ledger,
): Promise<readonly number[]> {
  const send = async (calls: readonly CallEndedRecord[]): Promise<void> => {
    for (const call of calls)
      requests.expect(webhookIdOf(call, triggers.get(call.tenantId)?.triggerId ?? ""));
    await ground.send(calls);
  };
  await receiver.clear();
  const tenants = [...triggers.keys()];
  const sent = await sendOpenLoop(send, tenants, { perSecond, seconds }, ground.signal);
  return [...(await arrived(receiver, sent)).values()].flat();
}

/** Makes trips alone, then has the service match and deliver, round after round. `tell` is told what is being done. */
export async function measureLatency(
  ground: BenchGround,
  options: LatencyOptions,
  tell: (what: string) => void,
): Promise<LatencyFigures> {
  await using receiver = await startReceiverProcess(ground.signal, { keepsIds: true });
  tell(`merely writing and reading ${tripsAlone} records, one at a time`);
  const trips = await tripAlone(ground);
  const triggers = triggersOf(options, receiver.url);
  await ground.publish(triggers);
  const byTenant = new Map(triggers.map((trigger) => [trigger.tenantId, trigger]));
  await using _ = await startServices(ground, ["match", "deliver"], 1);
  const requests = new Ledger();
  const { rate } = options;
  tell("warming up");
  await round(ground, receiver, byTenant, { rate, seconds: warmUpSeconds }, requests);
  const rounds: Percentiles[] = [];
  for (let number = 1; number <= options.rounds; number += 1) {
    tell(`round ${number}: ${options.seconds} s`);
    rounds.push(percentilesOf(await round(ground, receiver, byTenant, options, requests)));
  }
  for (const id of await receiver.ids()) requests.see(id);
  const median = percentile(
    rounds.map(({ p50 }) => p50),
    0.5,
  );
  return { rounds, trips, timesTrip: median / trips.p50, requests: requests.counts() };
}
