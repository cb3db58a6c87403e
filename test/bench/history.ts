import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../../src/benchmark/percentile.ts";
import { GroupCommit } from "../../src/history/group-commit.ts";
import { RecentWindow } from "../../src/history/recent-window.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import { createSeededRandom } from "../../src/sandbox/seeded-random.ts";
import { SqliteHistory } from "../../src/sqlite/sqlite-history.ts";
import { attemptSource, callOf, tenantOf, triggerOf } from "./history-load.ts";
import { callSchema, valuesOf } from "./matching-parts.ts";
import { memoryOf } from "./memory-of.ts";

/** The history with very many attempts in it: how fast it takes more, and how fast it answers meanwhile. */
export interface HistoryOptions {
  readonly attempts: number;
  readonly tenants: number;
  readonly triggersPerTenant: number;
  readonly perSecond: number;
  /** For how long it is fed at that rate and asked. */
  readonly seconds: number;
}

export const historyDefaults: HistoryOptions = {
  attempts: 5_000_000,
  tenants: 2000,
  triggersPerTenant: 25,
  perSecond: 10_000,
  seconds: 60,
};

const goal = { medianMs: 100, latestMs: 1000 };
const batchSize = 500;
const dayMs = 86_400_000;
const mebibyte = 1024 * 1024;
const roundEveryMs = 50;
/** As many as `onhook.attempts` has unless somebody says otherwise. */
const partitions = 6;
const nothing = { changes: [], calls: [] };

type Source = () => DeliveryAttempt;

interface Figures {
  readonly p50: number;
  readonly p95: number;
  readonly count: number;
}

async function feedSome(store: SqliteHistory, source: Source, count: number): Promise<void> {
  const attempts = Array.from({ length: count }, source);
  await store.feed([{ topic: "onhook.attempts", partition: 0, next: 1, ...nothing, attempts }]);
}

/**
 * At the rate, as the feed does: each partition brings what has come meanwhile, 500 at most, and waits until it is
 * written, together with what the others bring. Resolves with how late the latest one was written, in ms.
 */
async function feedSteadily(
  store: SqliteHistory,
  source: Source,
  { perSecond, seconds }: HistoryOptions,
): Promise<number> {
  const commits = new GroupCommit((batches) => store.feed(batches));
  const everyMs = (1000 * partitions) / perSecond;
  const begin = performance.now();
  let latest = 0;
  const partition = async (number: number): Promise<void> => {
    const total = Math.floor((seconds * 1000) / everyMs);
    for (let next = 0; next < total;) {
      const due = begin + (next + 1) * everyMs;
      if (due > performance.now()) await sleep(Math.max(roundEveryMs, due - performance.now()));
      const come = Math.floor((performance.now() - begin) / everyMs) - next;
      const count = Math.min(come, batchSize, total - next);
      next += count;
      const attempts = Array.from({ length: count }, source);
      await commits.submit({
        topic: "onhook.attempts",
        partition: number,
        next,
        ...nothing,
        attempts,
      });
      latest = Math.max(latest, performance.now() - due);
    }
  };
  await Promise.all(Array.from({ length: partitions }, (_, number) => partition(number)));
  return latest;
}

/** What the portal asks, each with other values every time. */
function questionsOf(store: SqliteHistory, options: HistoryOptions, now: number) {
  const random = createSeededRandom(2);
  const { tenants, triggersPerTenant, attempts } = options;
  const anyTenant = (): number => Math.floor(random.next() ** 4 * tenants);
  const ofTenant = () => ({ tenantId: tenantOf(anyTenant()), limit: 50 });
  return {
    "a tenant's list": () => store.deliveries(ofTenant()),
    "a trigger's list": () => {
      const tenant = anyTenant();
      const triggerId = triggerOf(tenant, random.between(0, triggersPerTenant - 1));
      return store.deliveries({ tenantId: tenantOf(tenant), triggerId, limit: 50 });
    },
    "the dead of a tenant": () => store.deliveries({ ...ofTenant(), state: "dead" }),
    "a page far behind": async () => {
      const query = { tenantId: tenantOf(0), limit: 50, to: now - random.next() * 20 * dayMs };
      const { nextCursor } = await store.deliveries(query);
      return store.deliveries({ ...query, ...(nextCursor && { cursor: nextCursor }) });
    },
    "a call's story": () =>
      store.deliveries({
        tenantId: tenantOf(anyTenant()),
        cdrId: callOf(random.between(1, Math.floor(attempts * 0.8))),
        limit: 50,
      }),
    "one delivery": async () => {
      const { items } = await store.deliveries({ ...ofTenant(), limit: 1 });
      return store.delivery(items[0]?.tenantId ?? "", items[0]?.jobId ?? "");
    },
    "24 hours of 25 triggers": () => {
      const tenant = anyTenant();
      const triggerIds = Array.from({ length: triggersPerTenant }, (_, number) =>
        triggerOf(tenant, number),
      );
      return store.tallies({ tenantId: tenantOf(tenant), triggerIds, from: now - dayMs, to: now });
    },
  };
}

async function ask(
  questions: ReturnType<typeof questionsOf>,
  until: Promise<unknown>,
): Promise<Readonly<Record<string, Figures>>> {
  const over = new AbortController();
  void until.finally(() => over.abort());
  const times = new Map<string, number[]>(Object.keys(questions).map((name) => [name, []]));
  while (!over.signal.aborted) {
    for (const [name, question] of Object.entries(questions)) {
      const begin = performance.now();
      await question();
      times.get(name)?.push(performance.now() - begin);
    }
    await sleep(20);
  }
  return Object.fromEntries(
    [...times].map(([name, of]) => [
      name,
      { p50: percentile(of, 0.5), p95: percentile(of, 0.95), count: of.length },
    ]),
  );
}

/** Of all threads of this process. */
function microsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return user + system;
}

/** Microseconds of processor time that a call costs on its way into the window of recent calls, reading its ids included. */
function recentCost(): number {
  const tenants = Array.from({ length: 500 }, (_, number) => tenantOf(number));
  const values = valuesOf(tenants, 5000);
  const window = new RecentWindow({
    callsPerTenant: 100,
    maxBytes: 32 * mebibyte,
    maxAgeMs: dayMs,
  });
  const none = new Set<string>();
  const calls = 200_000;
  let offset = 0;
  const round = (): number => {
    const begin = process.cpuUsage();
    for (let number = 0; number < calls; number += 1) {
      const value = values[number % values.length] as Buffer;
      const { tenantId, cdr } = callSchema.scan(value).project(none);
      offset += 1;
      window.add({ tenantId, cdrId: cdr.id, value, partition: 0, offset, timestamp: offset }, 0);
    }
    return microsSince(begin) / calls;
  };
  round();
  return percentile([round(), round(), round()], 0.5);
}

async function fill(
  store: SqliteHistory,
  source: Source,
  { attempts }: HistoryOptions,
): Promise<{ readonly perSecond: number; readonly micros: number }> {
  const begin = performance.now();
  const usage = process.cpuUsage();
  // Two batches at a time: one is made while the other is written, as it is with several partitions.
  let left = attempts;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= batchSize * 4;
      await feedSome(store, source, batchSize * 4);
    }
  };
  await Promise.all([lane(), lane()]);
  const perSecond = attempts / ((performance.now() - begin) / 1000);
  return { perSecond, micros: microsSince(usage) / attempts };
}

export interface HistoryResult {
  readonly ok: boolean;
  readonly filled: { readonly perSecond: number; readonly micros: number };
  readonly bytesPerAttempt: number;
  readonly latestMs: number;
  readonly questions: Readonly<Record<string, Figures>>;
  readonly recentMicros: number;
}

/** Measures all of it, and prints a line for each. */
export async function history(
  options: HistoryOptions,
  out: (line: string) => void,
): Promise<HistoryResult> {
  const recentMicros = recentCost();
  const folder = mkdtempSync(join(tmpdir(), "onhook-bench-"));
  const store = new SqliteHistory(
    { file: join(folder, "history.db"), keepsCalls: false },
    () => undefined,
  );
  try {
    await store.open();
    const now = Date.now();
    const { attempts: total, tenants, triggersPerTenant } = options;
    const source = attemptSource({
      tenants,
      triggersPerTenant,
      total,
      spanMs: 30 * dayMs,
      until: now,
    });
    const filled = await fill(store, source, options);
    const { attempts, deliveries, bytes } = store.size;
    const bytesPerAttempt = bytes / attempts;
    out(
      `${attempts} attempts, ${deliveries} deliveries of ${tenants} tenants fed at ${Math.round(filled.perSecond)} a second, ${Math.round(filled.micros)} µs of processor time each; ${Math.round(bytes / mebibyte)} MiB, ${Math.round(bytesPerAttempt)} bytes an attempt`,
    );
    const feeding = feedSteadily(store, source, options);
    const questions = await ask(questionsOf(store, options, now), feeding);
    const latestMs = await feeding;
    out(
      `then for ${options.seconds} s at ${options.perSecond} a second, each written within ${Math.round(latestMs)} ms; answers meanwhile in ms:`,
    );
    for (const [name, { p50, p95, count }] of Object.entries(questions))
      out(`  ${name}: p50 ${p50.toFixed(1)}  p95 ${p95.toFixed(1)}  (${count} asked)`);
    out(`memory of the process at most ${memoryOf(process.pid).peak} MiB`);
    out(
      `a recent call costs ${recentMicros.toFixed(1)} µs of processor time: its ids are read and its bytes copied`,
    );
    const medians = Object.values(questions).map(({ p50 }) => p50);
    const ok = Math.max(...medians) < goal.medianMs && latestMs < goal.latestMs;
    return { ok, filled, bytesPerAttempt, latestMs, questions, recentMicros };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}
