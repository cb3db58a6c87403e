import { setTimeout as pause } from "node:timers/promises";
import { sendAll } from "../../src/benchmark/ground.ts";
import { startReceiverProcess } from "../../src/benchmark/receiver-process.ts";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { triggerOf } from "../support/e2e-samples.ts";
import { never, startBenchService } from "./bench-ground.ts";
import { memoryOf } from "./memory-of.ts";

/** All receivers are down while jobs pile up; then they come back, and everything has to arrive in bounded memory. */
export interface BacklogOptions {
  readonly jobs: number;
  readonly endpoints: number;
  /** The most that a process may hold, in MiB. */
  readonly maxMiB: number;
}

export const backlogDefaults: BacklogOptions = { jobs: 1_000_000, endpoints: 100, maxMiB: 512 };

export async function backlog(
  stack: Stack,
  { jobs, endpoints, maxMiB }: BacklogOptions,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly peakMiB: number; readonly arrived: number }> {
  const { env, topics } = ownNames(stack, "backlog", {
    ONHOOK_DELIVERY_SUSPEND_AFTER_MS: "5000",
    ONHOOK_DELIVERY_SUSPEND_AFTER_FAILURES: "5",
    ONHOOK_DELIVERY_PROBE_INTERVAL_MS: "5000",
    ONHOOK_DELIVERY_REDRIVE_PER_SECOND: "20000",
  });
  await mustRun(["topics", "apply"], { env });
  await using receiver = await startReceiverProcess(never);
  await using platform = await createPlatform(stack, topics);
  const tenants = Array.from({ length: endpoints }, (_, number) => `tenant-${number}`);
  for (const [number, tenantId] of tenants.entries()) {
    await platform.putTrigger(
      triggerOf({ tenantId, url: `${receiver.url}/ok/${number}`, action: { retries: 10 } }),
    );
  }
  await receiver.refuse(true);
  await using service = await startBenchService(env);
  let number = 0;
  const next = (): CallEndedRecord => {
    const tenantId = tenants[number++ % endpoints] as string;
    return { tenantId, id: null, cdr: { id: `${number}-${Date.now()}` } };
  };
  await sendAll<CallEndedRecord>((calls) => platform.call(...calls), jobs, next);
  const made = async (): Promise<number> => service.metric("onhook_jobs_total");
  while ((await made()) < jobs) await pause(500);
  const waiting = memoryOf(service.pid);
  out(
    `${jobs} jobs made while all ${endpoints} receivers were down: ${waiting.now} MiB, at most ${waiting.peak} MiB`,
  );
  await receiver.refuse(false);
  const begun = Date.now();
  const delivered = async (): Promise<number> =>
    service.metric("onhook_delivery_attempts_total", 'outcome="delivered"');
  let last = { count: -1, at: Date.now() };
  for (;;) {
    const count = await delivered();
    if (count >= jobs) break;
    if (count > last.count) last = { count, at: Date.now() };
    // Nothing at all for as long as a suspended endpoint could wait for its probe, and more: it will not come.
    if (Date.now() - last.at > 120_000) break;
    await pause(500);
  }
  const latencies = await receiver.latencies();
  const arrived = [...latencies.values()].reduce((sum, list) => sum + list.length, 0);
  const { peak } = memoryOf(service.pid);
  const seconds = Math.round((Date.now() - begun) / 1000);
  out(`${arrived} requests taken in ${seconds} s after they came back; at most ${peak} MiB`);
  return { ok: arrived >= jobs && peak <= maxMiB, peakMiB: peak, arrived };
}
