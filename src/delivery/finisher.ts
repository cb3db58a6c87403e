import type { RecordCodec } from "../avro/record-codec.ts";
import { OnhookError } from "../errors.ts";
import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import { isHandOn } from "../jobs/hand-on.ts";
import type { OutgoingRecord } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { AttemptMade } from "./attempt-record.ts";
import type { AttemptTrace } from "./attempt-trace.ts";
import { cutRecords } from "./cut-record.ts";
import type { JobCodec } from "./cut-record.ts";
import type { Decision } from "./decision.ts";
import type { DeliveryEvent } from "./delivery-events.ts";
import type { Taken } from "./partition-lane.ts";

/**
 * Port: writes a record and resolves when it is safe; does not give up while the log is away. Rejects with
 * RECORD_TOO_LARGE where the topic will never take it.
 */
export interface SafeWriter {
  write(record: OutgoingRecord): Promise<unknown>;
}

export interface FinisherDeps {
  readonly writer: SafeWriter;
  readonly attempts: Pick<RecordCodec<DeliveryAttempt>, "encode">;
  readonly attemptsTopic: string;
  readonly jobs: JobCodec;
  readonly deadTopic: string;
  readonly clock: Clock;
  readonly emit: Emit<DeliveryEvent>;
}

/**
 * Makes a decision stick: what has to be written is written, then the record is finished, then it is told. `isOnItsWay`:
 * whether nothing but this service has had the job wait before its request; not when left out.
 */
export type Finish = (taken: Taken, decision: Decision, isOnItsWay?: boolean) => Promise<void>;

const isTooLarge = (error: unknown): error is OnhookError =>
  error instanceof OnhookError && error.code === "RECORD_TOO_LARGE";

/** The decision on a job that can't be handed on as it is: it ends here, whatever was to become of it. */
function ended(decision: Decision, error: OnhookError): Decision {
  const { attempt } = decision;
  if (attempt === null) return { ...decision, error: decision.error ?? error };
  const dead = { outcome: "dead", nextAttemptAt: null, error: error.message } as const;
  return { ...decision, attempt: { ...attempt, ...dead } };
}

/** Each by its name: to leave one out of the others makes a table of them, which takes as long as to sign the request. */
function attempted(
  attempt: AttemptMade,
  times: { readonly latencyMs: number | null; readonly firstRequestMs: number | null },
  trace: AttemptTrace,
): DeliveryEvent {
  return {
    type: "delivery.attempted",
    jobId: attempt.jobId,
    triggerId: attempt.triggerId,
    tenantId: attempt.tenantId,
    cdrId: attempt.cdrId,
    attempt: attempt.attempt,
    at: attempt.at,
    durationMs: attempt.method === null ? null : attempt.durationMs,
    outcome: attempt.outcome,
    reason: attempt.reason,
    status: attempt.status,
    nextAttemptAt: attempt.nextAttemptAt,
    method: attempt.method,
    host: attempt.host,
    cdrTopic: attempt.cdrTopic,
    cdrPartition: attempt.cdrPartition,
    cdrOffset: attempt.cdrOffset,
    problem: attempt.error,
    latencyMs: times.latencyMs,
    firstRequestMs: times.firstRequestMs,
    trace,
  };
}

/** How long it has taken since the CDR was appended: until now, where it is delivered, and until the job's first request began. */
function timesOf(attempt: AttemptMade, since: number | null, now: number, isOnItsWay: boolean) {
  if (since === null) return { latencyMs: null, firstRequestMs: null };
  const isFirst = isOnItsWay && attempt.attempt === 1 && attempt.method !== null;
  return {
    latencyMs: attempt.outcome === "delivered" ? now - since : null,
    firstRequestMs: isFirst ? attempt.at - since : null,
  };
}

export function createFinisher(deps: FinisherDeps): Finish {
  const { writer, emit, clock, deadTopic } = deps;

  function tell(taken: Taken, decision: Decision, isOnItsWay: boolean): void {
    const { topic, partition, offset } = taken.record;
    if (decision.error !== null)
      emit({ type: "job.undecodable", topic, partition, offset, error: decision.error });
    const { attempt, cdrTimestamp, trace } = decision;
    if (attempt === null) return;
    const times = timesOf(attempt, cdrTimestamp, clock.now(), isOnItsWay);
    emit(attempted(attempt, times, trace));
  }

  async function bury(taken: Taken, error: OnhookError): Promise<void> {
    const death = { error: error.message, at: clock.now() };
    const [job, bare] = await cutRecords(taken.record, death, deadTopic, deps.jobs);
    try {
      await writer.write(job);
    } catch (again) {
      if (!isTooLarge(again)) throw again;
      await writer.write(bare);
    }
  }

  /** Hands the job on, or buries what is left of it where it is too large for that: it must not hold up the ones behind. */
  async function handOn(
    taken: Taken,
    onward: OutgoingRecord,
    decision: Decision,
  ): Promise<Decision> {
    await taken.confirmed();
    // Whoever has the partition now does the job again and hands it on, or somebody has before; doing so here too would
    // double its retries.
    if (taken.lost) return decision;
    if (isHandOn(onward) && !taken.leave()) return decision;
    try {
      await writer.write(onward);
      return decision;
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      await bury(taken, error);
      return ended(decision, error);
    }
  }

  return async (taken, decision, isOnItsWay = false) => {
    // First, since the attempt says what became of the job.
    const done =
      decision.onward === null ? decision : await handOn(taken, decision.onward, decision);
    const { attempt } = done;
    if (attempt !== null) {
      const value = deps.attempts.encode(attempt);
      await writer.write({ topic: deps.attemptsTopic, key: attempt.tenantId, value });
    }
    taken.finish();
    tell(taken, done, isOnItsWay);
  };
}
