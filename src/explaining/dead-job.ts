import { OnhookError } from "../errors.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { writtenFrom } from "../replay/replay-dead.ts";
import { partsOf, scanParts } from "../replay/scan-parts.ts";
import { rangeOfTime } from "../replay/time-range.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { DeadSource } from "./newest-dead.ts";

/** How long after a job has died its record may have been written: an hour for the broker, and the clocks of both. */
const latestMs = 2 * 3_600_000;

/** The job as the dead topic has it; null where it does not, or has it without its call. `diedAt` in ms since the epoch. Rejects with what trying again can mend, and when `signal` is aborted. */
export async function deadJob(
  { log, topic, decode }: DeadSource,
  wanted: { readonly jobId: string; readonly triggerId: string; readonly diedAt: number },
  signal: AbortSignal,
): Promise<DeliveryJob | null> {
  signal.throwIfAborted();
  const range = { from: writtenFrom(wanted.diedAt), to: wanted.diedAt + latestMs };
  const parts = await partsOf(log, topic, (source) => rangeOfTime(source, range));
  let found: DeliveryJob | null = null;
  const take = async ({ key, value }: LogRecord): Promise<void> => {
    if (key?.toString("utf8") !== wanted.triggerId) return;
    try {
      const job = await decode(value);
      if (job.jobId === wanted.jobId && job.call.length > 0) found = job;
    } catch (error) {
      // What is no job is not the one that is looked for.
      if (!(error instanceof OnhookError) || error.retryable) throw error;
    }
  };
  await scanParts(log, topic, parts, take, signal);
  return found;
}
