import { OnhookError } from "../../errors.ts";
import { deadJob } from "../../explaining/dead-job.ts";
import type { DeadSource } from "../../explaining/newest-dead.ts";
import type { Delivery } from "../../history/history.ts";
import type { DeliveryJob } from "../../jobs/delivery-job.ts";
import { replayHeader } from "../../jobs/job-state.ts";
import { newJob } from "../../jobs/new-job.ts";
import type { OutgoingRecord } from "../../log/log-record.ts";
import { recordSize } from "../../log/record-size.ts";
import type { CallReplayOptions } from "../../replay/replay-calls.ts";
import type { ReplayDeps } from "../../replay/replay-task.ts";
import { sendAnew } from "../../replay/send-anew.ts";
import { FairTurns } from "../../runtime/fair-turns.ts";
import type { Handler } from "../contract/handlers.ts";
import { findOwn } from "../../configuration/own-trigger.ts";
import type { CallParts } from "./parts.ts";
import { principalOf } from "./reveal.ts";

export interface RedeliverParts extends CallParts {
  readonly dead: DeadSource;
  readonly replays: ReplayDeps;
  readonly options: Pick<
    CallReplayOptions,
    "cdrTopic" | "jobsTopic" | "maxRecordBytes" | "encodeJob"
  >;
}

/** How long the brokers may take, and a look through the dead, in ms. */
const patienceMs = 15_000;

/** Looks through the dead at a time, one of each tenant; so many more may wait, in all and of each. */
const deadLooks = [2, 10, 2] as const;
/** How soon one of those that wait may have ended, in s. */
const retryAfterSeconds = 5;

/** A job whose next attempt was due so long ago, in ms, is not coming any more by itself. */
const overdueMs = 3_600_000;

/**
 * What is sent anew follows from what is known of the delivery: whoever asks before another attempt has ended, here or in
 * another process, asks for the same. Attempts count, too: the clocks of two deliverers may tell the same time.
 */
function redeliveryId({ jobId, attempts, lastAt }: Delivery): string {
  return `redeliver-${jobId}-${attempts}-${lastAt.toString(36)}`;
}

/** Throws DELIVERY_RETRYING or REDELIVERY_INACTIVE. */
function requireDeliverable({ triggers, clock }: CallParts, delivery: Delivery): void {
  const dueAt = delivery.nextAttemptAt ?? delivery.lastAt;
  if (delivery.state === "retrying" && clock.now() < dueAt + overdueMs)
    throw new OnhookError("DELIVERY_RETRYING");
  const status = findOwn(triggers, delivery.tenantId, delivery.triggerId)?.status ?? "deleted";
  if (status !== "active") throw new OnhookError("REDELIVERY_INACTIVE", { status });
}

/** The job, made of its call or, where that is gone, as the dead topic has it. Rejects with CALL_GONE, CALL_SEARCHES_EXCEEDED. */
async function jobOf(
  parts: RedeliverParts,
  turns: FairTurns,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<DeliveryJob> {
  const { triggerId, jobId, lastAt: diedAt } = delivery;
  const { triggersOffset } = parts.triggers;
  const found = await parts.finder.ofDelivery(delivery, signal);
  const value = found?.record.value;
  if (found && value) {
    const record = { topic: delivery.cdrTopic, ...found.record };
    return newJob({ record, value, call: found.call, triggerId, triggersOffset });
  }
  const refuse = (): Error => new OnhookError("CALL_SEARCHES_EXCEEDED", { retryAfterSeconds });
  const look = async (): Promise<DeliveryJob | null> =>
    deadJob(parts.dead, { jobId, triggerId, diedAt }, signal);
  const isDead = delivery.state === "dead";
  const dead = isDead ? await turns.take(delivery.tenantId, look, refuse) : null;
  if (dead === null) throw new OnhookError("CALL_GONE");
  return dead;
}

function recordOf(
  { options: { jobsTopic: topic, encodeJob, maxRecordBytes } }: RedeliverParts,
  job: DeliveryJob,
  id: string,
): OutgoingRecord {
  const headers = { [replayHeader]: id };
  const record = { topic, key: job.triggerId, value: encodeJob(job), headers };
  const bytes = recordSize(record);
  if (bytes > maxRecordBytes) throw new OnhookError("RECORD_TOO_LARGE", { topic, bytes });
  return record;
}

/** Does it; what takes too long rejects as REDELIVERY_UNWRITTEN. */
async function inTime<T>(work: (limit: AbortSignal) => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(patienceMs);
  try {
    return await work(limit);
  } catch (cause) {
    if (!limit.aborted || cause !== limit.reason) throw cause;
    throw new OnhookError("REDELIVERY_UNWRITTEN", {}, { cause });
  }
}

/** Sends a delivery once more, whatever has become of it, under the same webhook-id. Rejects with NOT_FOUND, DELIVERY_RETRYING, REDELIVERY_INACTIVE, REDELIVERY_UNDER_WAY, REDELIVERY_UNWRITTEN, CALL_GONE, CALL_SEARCHES_EXCEEDED. */
export function redeliver(parts: RedeliverParts): Handler<"redeliver"> {
  const underWay = new Set<string>();
  const turns = new FairTurns(...deadLooks);

  async function send(delivery: Delivery, by: ReturnType<typeof principalOf>): Promise<string> {
    const { tenantId, triggerId, jobId, cdrTopic, cdrPartition, cdrOffset } = delivery;
    const id = redeliveryId(delivery);
    const of = { topic: cdrTopic, partition: cdrPartition, offset: cdrOffset };
    const isSent = await inTime(async (limit) => {
      const standings = await parts.replays.log.standings(id, cdrTopic);
      if (standings.has(cdrPartition)) return false;
      const job = recordOf(parts, await jobOf(parts, turns, delivery, limit), id);
      const action = "delivery.redelivered";
      await parts.writer.write([], { by, action, tenantId, triggerId, subject: jobId });
      return sendAnew({ id, of, job }, parts.replays, limit);
    });
    if (!isSent) throw new OnhookError("REDELIVERY_UNDER_WAY");
    return id;
  }

  return async ({ params: { tenantId, jobId } }, context) => {
    const found = await parts.history.delivery(tenantId, jobId);
    if (found === null) throw new OnhookError("NOT_FOUND");
    const { delivery } = found;
    requireDeliverable(parts, delivery);
    if (underWay.has(delivery.jobId)) throw new OnhookError("REDELIVERY_UNDER_WAY");
    underWay.add(delivery.jobId);
    try {
      const replayId = await send(delivery, principalOf(context));
      return { body: { replayId, jobId: delivery.jobId } };
    } finally {
      underWay.delete(delivery.jobId);
    }
  };
}
