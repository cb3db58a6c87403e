import { pause, systemClock } from "../runtime/clock.ts";
import type { CallEndedRecord } from "../sandbox/simulated-cdr.ts";
import type { Latencies } from "./receiver.ts";
import type { ReceiverProcess } from "./receiver-process.ts";
import { untilStopped } from "./until-stopped.ts";

/** Writes calls; resolves when all of them are safe. */
export type SendCalls = (calls: readonly CallEndedRecord[]) => Promise<void>;

/** Calls come in ticks of this many ms, by the clock and not by the answers: no coordinated omission. */
const tickMs = 20;

/**
 * Sends calls of the tenants in turn, so many a second, and resolves with their number when all are written. Their ids end
 * in the time at which they were due, from which the receivers count. Rejects with COMMAND_STOPPED.
 */
export async function sendOpenLoop(
  send: SendCalls,
  tenants: readonly string[],
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
  signal: AbortSignal,
): Promise<number> {
  const ticks = Math.round((seconds * 1000) / tickMs);
  const begin = Date.now();
  const sending: Promise<unknown>[] = [];
  let sent = 0;
  for (let tick = 1; tick <= ticks && !signal.aborted; tick += 1) {
    const now = begin + tick * tickMs;
    await pause(systemClock, Math.max(0, now - Date.now()), signal);
    const wanted = Math.round((perSecond * tick * tickMs) / 1000);
    const calls: CallEndedRecord[] = [];
    for (; sent < wanted; sent += 1) {
      const tenantId = tenants[sent % tenants.length] ?? "";
      calls.push({ tenantId, id: null, cdr: { id: `${sent}-${now}` } });
    }
    sending.push(send(calls));
  }
  await untilStopped(signal, Promise.all(sending));
  return sent;
}

const patienceMs = 60_000;
const lookMs = 100;

/** Resolves when so many of those that count have come, or after a minute with what has. */
export async function arrived(
  receiver: ReceiverProcess,
  wanted: number,
  counts: (path: string) => boolean = () => true,
): Promise<Latencies> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const latencies = await receiver.latencies();
    const come = [...latencies].reduce(
      (sum, [path, list]) => sum + (counts(path) ? list.length : 0),
      0,
    );
    if (come >= wanted || Date.now() > until) return latencies;
    await pause(systemClock, lookMs);
  }
}
