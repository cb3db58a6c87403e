import { setTimeout as pause } from "node:timers/promises";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import type { OwnTopics } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { followJobs } from "../support/e2e-records.ts";
import { CallBook } from "./call-book.ts";
import { callSource } from "../../src/benchmark/matching-load.ts";
import { firingCall, firingFilters, otherFilters, stateTrigger, tenantIdOf } from "./state-load.ts";

/** From when a change of a trigger is safe in the topic to the first job that shows it, while calls come steadily. */
export interface ChangesOptions {
  /** Of each tenant, the trigger that `firingCall` fires. */
  readonly steady: readonly string[];
  /** How many tenants have a trigger created, changed twice and deleted. */
  readonly changed: number;
  readonly perSecond: number;
}

export interface ChangesFigures {
  /** In ms, of each change. */
  readonly latencies: readonly number[];
  readonly calls: number;
  readonly missing: number;
  readonly double: number;
  /** Calls behind a change's first effect, and before the next change, that do not show it. */
  readonly wrong: number;
}

/** Calls come in ticks of this many ms, by the clock; one of each is of the tenant whose trigger is changed. */
const tickMs = 20;
const longestMs = 60_000;

/** For how long a change has to stay in effect before the next one. */
const steadyMs = 50;

/** Disposing it resolves when all calls are written. */
interface Stream extends AsyncDisposable {
  watch(tenant: number): void;
}

/** Sends calls of all tenants in turn, and of the watched one with each tick; each fires its tenant's steady trigger. */
function startStream(
  platform: Platform,
  book: CallBook,
  { steady, perSecond }: ChangesOptions,
): Stream {
  const source = callSource(["made up"]);
  const sending: Promise<void>[] = [];
  const stop = new AbortController();
  let [watched, turn] = [0, 0];
  const next = (tenant: number): CallEndedRecord => {
    const call = firingCall(source(), tenant);
    book.sent(call, steady[tenant] as string);
    return call;
  };
  async function run(): Promise<void> {
    const begin = performance.now();
    for (let [tick, sent] = [1, 0]; !stop.signal.aborted; tick += 1) {
      await pause(Math.max(0, begin + tick * tickMs - performance.now()));
      const wanted = Math.round((perSecond * tick * tickMs) / 1000) - sent - 1;
      const calls = Array.from({ length: wanted }, () => next(turn++ % steady.length));
      calls.push(next(watched));
      sent += calls.length;
      sending.push(platform.call(...calls));
    }
    await Promise.all(sending);
  }
  const running = run();
  return {
    watch(tenant) {
      book.watch(tenantIdOf(tenant));
      watched = tenant;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** Measures one change after the other, of one tenant after the other. */
export async function changes(
  stack: Stack,
  topics: OwnTopics,
  options: ChangesOptions,
): Promise<ChangesFigures> {
  await using platform = await createPlatform(stack, topics);
  await using publisher = await createPlatform(stack, topics);
  await using jobs = await followJobs(stack, topics.jobs);
  const book = new CallBook();
  const latencies: number[] = [];
  let [wrong, told] = [0, 0];
  const look = (): void => {
    for (; told < jobs.all.length; told += 1) {
      const { job, at } = jobs.all[told] as (typeof jobs.all)[number];
      book.came(job.cdrId, job.triggerId, at);
    }
  };
  const until = async (holds: () => boolean): Promise<void> => {
    const limit = performance.now() + longestMs;
    await jobs.until(() => {
      look();
      return performance.now() > limit || holds();
    });
  };

  /** Publishes a change and waits for its effect: from then on the trigger's jobs come, or none of it does any more. */
  async function change(
    publish: () => Promise<number>,
    triggerId: string,
    fires: boolean,
  ): Promise<void> {
    await publish();
    const safeAt = performance.now();
    const shows = ({ jobs }: { readonly jobs: ReadonlyMap<string, number> }): boolean =>
      jobs.has(triggerId) === fires;
    await until(() => book.done(safeAt).some(shows));
    const first = book.done(safeAt).find(shows);
    if (first === undefined) throw new Error(`a change showed no effect in ${longestMs} ms`);
    latencies.push((first.jobs.get(fires ? triggerId : first.steady) as number) - safeAt);
    await pause(steadyMs);
    look();
    wrong += book.done(first.sentAt).filter((call) => !shows(call)).length;
  }

  async function changeAll(): Promise<void> {
    await using stream = startStream(platform, book, options);
    for (let number = 0; number < options.changed; number += 1) {
      const tenant = Math.floor((number * options.steady.length) / options.changed);
      const trigger = stateTrigger(tenantIdOf(tenant), 0);
      const { triggerId } = trigger;
      const firing = { ...trigger, filters: firingFilters(tenant) };
      const silent = { ...trigger, filters: otherFilters };
      stream.watch(tenant);
      await change(() => publisher.putTrigger(firing), triggerId, true);
      await change(() => publisher.putTrigger(silent), triggerId, false);
      await change(() => publisher.putTrigger(firing), triggerId, true);
      await change(() => publisher.deleteTrigger(triggerId), triggerId, false);
    }
  }
  await changeAll();
  await until(() => book.missing === 0);
  const { count: calls, missing, double } = book;
  return { latencies, calls, missing, double, wrong };
}
