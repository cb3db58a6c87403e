import { setTimeout as pause } from "node:timers/promises";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Platform } from "../support/e2e-platform.ts";
import type { BenchReceiver } from "./bench-receiver.ts";

/** Calls come in ticks of this many ms, by the clock and not by the answers: no coordinated omission. */
const tickMs = 20;

/**
 * Sends calls of the tenants in turn, so many a second, and resolves with their number when all are written. Their ids end
 * in the time at which they were due, from which the receivers count.
 */
export async function sendOpenLoop(
  platform: Platform,
  tenants: readonly string[],
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<number> {
  const ticks = Math.round((seconds * 1000) / tickMs);
  const begin = Date.now();
  const sending: Promise<unknown>[] = [];
  let sent = 0;
  for (let tick = 1; tick <= ticks; tick += 1) {
    const now = begin + tick * tickMs;
    await pause(Math.max(0, now - Date.now()));
    const wanted = Math.round((perSecond * tick * tickMs) / 1000);
    const calls: object[] = [];
    for (; sent < wanted; sent += 1) {
      const tenantId = tenants[sent % tenants.length] ?? "";
      calls.push({ tenantId, id: null, cdr: { id: `${sent}-${now}` } });
    }
    sending.push(platform.call(...(calls as CallEndedRecord[])));
  }
  await Promise.all(sending);
  return sent;
}

/** By path: what came, in ms after it was due. */
export type Latencies = ReadonlyMap<string, readonly number[]>;

/** Resolves when so many of those that count have come, or after a minute with what has. */
export async function arrived(
  receiver: BenchReceiver,
  wanted: number,
  counts: (path: string) => boolean,
): Promise<Latencies> {
  const until = Date.now() + 60_000;
  for (;;) {
    const { latencies } = await receiver.report();
    const come = [...latencies].reduce(
      (sum, [path, list]) => sum + (counts(path) ? list.length : 0),
      0,
    );
    if (come >= wanted || Date.now() > until) return latencies;
    await pause(100);
  }
}
