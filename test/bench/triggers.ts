import type { LogRecord } from "../../src/log/log-record.ts";
import { matchBatch } from "../../src/matching/match-batch.ts";
import type { MatchContext } from "../../src/matching/match-batch.ts";
import { contextOf, tableOf, valuesOf } from "./matching-parts.ts";
import { percentile, spread } from "../../src/benchmark/percentile.ts";

/** What a call costs against 1 to 100,000 triggers of its tenant, of which the same number fire: in one process, without Kafka. */
export interface TriggersOptions {
  readonly counts: readonly number[];
  readonly calls: number;
  readonly rounds: number;
  /** One call in so many fires a trigger. */
  readonly firesEvery: number;
}

export const triggersDefaults: TriggersOptions = {
  counts: [1, 10, 100, 1_000, 10_000, 100_000],
  calls: 20_000,
  rounds: 7,
  firesEvery: 5,
};

const tenantId = "tenant";
const maxGrowth = 1.5;

function recordsOf({ calls, firesEvery }: TriggersOptions): LogRecord[] {
  return valuesOf([tenantId], calls, firesEvery).map((value, offset) => ({
    topic: "onhook.cdr",
    partition: 0,
    offset,
    timestamp: 0,
    key: Buffer.from(tenantId),
    value,
    headers: {},
  }));
}

interface Measured {
  readonly triggers: number;
  /** The first call after a change pays for it: the triggers are compiled and arranged. */
  readonly arrangedMs: number;
  /** Microseconds a call, of each round. */
  readonly micros: number[];
}

const batchSize = 500;

/** Prints a line for each count; resolves with whether the cost stays within bounds and each call made its jobs. */
export async function triggers(
  options: TriggersOptions,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly rounds: readonly object[] }> {
  const { counts, rounds, firesEvery } = options;
  const records = recordsOf(options);
  const wanted = Math.ceil(records.length / firesEvery);
  let right = true;
  const round = (context: MatchContext): number => {
    const from = performance.now();
    let made = 0;
    for (let at = 0; at < records.length; at += batchSize) {
      const batch = records.slice(at, at + batchSize);
      made += matchBatch({ topic: "onhook.cdr", partition: 0, records: batch }, context).jobs;
    }
    if (made !== wanted) {
      out(`${made} jobs instead of ${wanted}`);
      right = false;
    }
    return ((performance.now() - from) * 1000) / records.length;
  };

  const contexts = counts.map((count) => {
    const context = contextOf(tableOf([tenantId], count));
    const from = performance.now();
    context.triggers.tenant(tenantId);
    const measured: Measured = {
      triggers: count,
      arrangedMs: performance.now() - from,
      micros: [],
    };
    return { context, measured };
  });
  for (const { context } of contexts) round(context);
  // In turn, so that whatever else the machine does falls on all alike.
  for (let number = 0; number < rounds; number += 1)
    for (const { context, measured } of contexts) measured.micros.push(round(context));

  const [first] = contexts;
  const base = percentile(first?.measured.micros ?? [], 0.5);
  out(`${records.length} calls, one in ${firesEvery} fires one trigger; ${rounds} rounds`);
  let ok = right;
  for (const { measured } of contexts) {
    const growth = percentile(measured.micros, 0.5) / base;
    ok &&= growth <= maxGrowth;
    out(
      `${measured.triggers} triggers: ${spread(measured.micros, 2)} µs a call, ` +
        `${growth.toFixed(2)} times that with ${first?.measured.triggers}; arranged in ${measured.arrangedMs.toFixed(0)} ms`,
    );
  }
  return { ok, rounds: contexts.map(({ measured }) => measured) };
}
