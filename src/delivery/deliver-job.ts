import type { RecordCodec } from "../avro/record-codec.ts";
import { schemaIdOf } from "../avro/wire-format.ts";
import type { CallSchema } from "../cdr/call-schema.ts";
import type { CallSchemas } from "../cdr/call-schemas.ts";
import { OnhookError } from "../errors.ts";
import type { DeliveryJob } from "../jobs/delivery-job.ts";
import { readJobState } from "../jobs/job-state.ts";
import type { JobState } from "../jobs/job-state.ts";
import type { Tracer } from "../jobs/tracer.ts";
import type { Headers, LogRecord } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { TriggerState } from "../triggers/trigger-table.ts";
import { traceAttempt } from "./attempt-trace.ts";
import type { AttemptTrace } from "./attempt-trace.ts";
import { buildRequest } from "./build-request.ts";
import { afterAttempt, cancelled, goesRound, setAside, undeliverable } from "./decision.ts";
import type { Decision } from "./decision.ts";
import { endpointOfTrigger } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HttpResult, HttpSender, WebhookRequest } from "./http-request.ts";
import { nextStop } from "./next-stop.ts";
import type { CancelReason } from "./next-stop.ts";
import { classify } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import { buildPayload } from "./payload.ts";
import type { RetryLadder } from "./retry-ladder.ts";

/** Port: the triggers as they stand now. */
export interface TriggerLookup {
  /** How new the table is. */
  readonly triggersOffset: number;
  /** Resolves when the table is at least as new as that offset of the triggers topic. */
  reached(triggersOffset: number, signal: AbortSignal): Promise<void>;
  trigger(triggerId: string): Pick<TriggerState, "trigger"> | undefined;
  /**
   * The trigger as an event up to that offset has it which was refused here for its conditions alone, so that a matcher
   * which knew a later schema of calls may have taken it.
   */
  inDoubt(triggerId: string, triggersOffset: number): Trigger | undefined;
  /** Resolves when the schema of calls is as new here as it was for any matcher at this call. Rejects when it can't be asked for. */
  settle(): Promise<void>;
}

/** What a request to an endpoint has come to. */
export interface Attempted {
  readonly endpoint: Endpoint;
  /** By which it was made. */
  readonly trigger: Trigger;
  readonly outcome: Outcome;
  /** Ms since the epoch. */
  readonly beganAt: number;
}

/** Port: how endpoints are. */
export interface EndpointGate {
  /**
   * What becomes of a job with these headers now: it is sent; it is the probe of a suspended endpoint, sent, and set
   * aside again if that fails; or it is set aside.
   */
  admits(endpoint: Endpoint, headers: Headers): "send" | "probe" | "set-aside";
  ended(attempted: Attempted): void;
}

/** Waits for something that is no work of this process, and lets other jobs go past meanwhile. */
export type Aside = <T>(wait: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export interface DeliverJobDeps {
  readonly triggers: TriggerLookup;
  readonly endpoints: EndpointGate;
  readonly sender: HttpSender;
  readonly jobs: Pick<RecordCodec<DeliveryJob>, "decode" | "decodeKnown">;
  readonly calls: CallSchemas;
  readonly ladder: RetryLadder;
  readonly deadTopic: string;
  readonly clock: Clock;
  readonly maxRetryAfterMs: number;
  /** `onhook/<version>` */
  readonly userAgent: string;
  /** Left out: no traces are made here, those that jobs belong to go on. */
  readonly tracer?: Tracer;
}

/**
 * One record's way: job → action → request → outcome → decision. Sends, and writes nothing.
 * Resolves with null when it was stopped before it could decide: the record is then still to be done.
 * Rejects only with what trying again can mend (REGISTRY_UNREACHABLE, TRIGGER_UNSETTLED).
 */
export type DeliverJob = (
  from: LogRecord,
  signal: AbortSignal,
  aside: Aside,
) => Promise<Decision | null>;

/** A job about to be attempted. */
interface Attempting {
  readonly from: LogRecord;
  readonly job: DeliveryJob;
  /** That of its call, or why there is none. */
  readonly schema: CallSchema | OnhookError;
  readonly state: JobState;
  readonly trigger: Trigger;
  readonly endpoint: Endpoint;
  /** Whether it tries an endpoint that is suspended. */
  readonly probes: boolean;
  readonly trace: AttemptTrace;
}

/** No job has a reason to wait longer; a time beyond it is a damaged header, and must not keep the job going round for ever. */
const longestWaitMs = 7 * 86_400_000;

function mustWait({ notBefore }: JobState, now: number): boolean {
  return notBefore !== null && notBefore > now && notBefore <= now + longestWaitMs;
}

export function createDeliverJob(deps: DeliverJobDeps): DeliverJob {
  const { clock, ladder, deadTopic, triggers } = deps;
  return async (record, signal, aside) => {
    const state = readJobState(record.headers);
    if (mustWait(state, clock.now())) return goesRound(record, state, ladder, clock.now());
    const job =
      answer(() => deps.jobs.decodeKnown(record.value)) ??
      (await answerOf(() => deps.jobs.decode(record.value)));
    if (job instanceof OnhookError)
      return undeliverable(record, state, job, deadTopic, clock.now());
    // All that may have to be waited for comes first: what is decided then is of the moment in which the job goes out.
    const schema =
      answer(() => deps.calls.peek(schemaIdOf(job.call))) ??
      (await answerOf(() => loadedSchema(deps.calls, job, aside)));
    if (triggers.triggersOffset < job.triggersOffset)
      await aside((ended) => triggers.reached(job.triggersOffset, ended));
    if (signal.aborted) return null;
    const inDoubt = triggers.inDoubt(job.triggerId, job.triggersOffset);
    const trigger = validFor(
      job,
      inDoubt === undefined
        ? triggers.trigger(job.triggerId)?.trigger
        : await settledTrigger(job, inDoubt, triggers, aside),
    );
    const { from, trace } = traceAttempt(record, deps.tracer);
    if (typeof trigger === "string") {
      const done = { startedAt: clock.now(), trace, reason: trigger };
      return cancelled(from, job, state, done);
    }
    const endpoint = endpointOfTrigger(trigger);
    const admitted = deps.endpoints.admits(endpoint, from.headers);
    if (admitted === "set-aside") {
      const done = { startedAt: clock.now(), request: null, result: null, outcome: null, trace };
      return setAside(from, job, state, { endpoint, deadTopic, done });
    }
    const probes = admitted === "probe";
    const attempting = { from, job, schema, state, trigger, endpoint, probes, trace };
    return await attempt(deps, attempting, signal);
  };
}

async function attempt(
  deps: DeliverJobDeps,
  at: Attempting,
  signal: AbortSignal,
): Promise<Decision | null> {
  const { clock, ladder } = deps;
  const { from, job, state, trigger, endpoint, probes, trace } = at;
  const startedAt = clock.now();
  const request = answer(() => requestOf(deps, at));
  const sent =
    request instanceof OnhookError ? request : await answerTo(deps.sender, request, signal);
  const now = clock.now();
  const outcome =
    sent instanceof OnhookError
      ? unbuildable(sent)
      : classify(sent, { now, maxWaitMs: deps.maxRetryAfterMs });
  if (outcome.kind === "aborted") return null;
  if (!(sent instanceof OnhookError))
    deps.endpoints.ended({ endpoint, trigger, outcome, beganAt: startedAt });
  const { retries, method, url } = trigger.action;
  const made =
    sent instanceof OnhookError
      ? { request: null, result: null }
      : { request: { method, url }, result: sent };
  const done = { startedAt, ...made, outcome, trace };
  const { deadTopic } = deps;
  // A probe that fails costs its job nothing: it was to learn about the endpoint.
  if (probes && outcome.kind === "failed")
    return setAside(from, job, state, { endpoint, deadTopic, done });
  const stop = nextStop(outcome, { state, retries, ladder, now });
  return afterAttempt(from, job, state, { ...done, stop }, deadTopic);
}

async function answerTo(
  sender: HttpSender,
  request: WebhookRequest,
  signal: AbortSignal,
): Promise<HttpResult | OnhookError> {
  try {
    return await sender.send(request, { signal });
  } catch (error) {
    return asAnswer(error);
  }
}

/** A request that can't even be made: no further try can help. */
function unbuildable(error: OnhookError): Outcome {
  return { kind: "final", reason: "unbuildable", status: null, error: error.message };
}

async function loadedSchema(
  calls: CallSchemas,
  { call }: DeliveryJob,
  aside: Aside,
): Promise<CallSchema | OnhookError> {
  const schemaId = schemaIdOf(call);
  await aside(() => calls.load(schemaId));
  return calls.peek(schemaId) ?? new OnhookError("SCHEMA_UNKNOWN", { schemaId });
}

function requestOf(
  { clock, userAgent }: DeliverJobDeps,
  { job, schema, state, trigger: { action }, trace }: Attempting,
): WebhookRequest {
  if (schema instanceof OnhookError) throw schema;
  const call = schema.whole(job.call);
  const payload = buildPayload({ triggerId: job.triggerId, call, customData: action.customData });
  const timestamp = Math.floor(clock.now() / 1000);
  return buildRequest({
    payload,
    action,
    jobId: job.jobId,
    attempt: state.attempt,
    timestamp,
    userAgent,
    trace,
  });
}

/**
 * The trigger by which a job in doubt goes out. Where an event that the match had seen was refused here, because a field of its
 * conditions is not known here yet, the match may have taken it. With an older valid version at hand the two must not be
 * mixed up: the registry is asked first, and then the newest that is valid counts. Without one the job itself tells that
 * the trigger was valid: its action is taken, as conditions are no business of a job that is made.
 */
async function settledTrigger(
  { triggerId }: DeliveryJob,
  inDoubt: Trigger,
  triggers: TriggerLookup,
  aside: Aside,
): Promise<Trigger | undefined> {
  if (triggers.trigger(triggerId)?.trigger === undefined) return inDoubt;
  try {
    await aside(() => triggers.settle());
  } catch (cause) {
    throw new OnhookError("TRIGGER_UNSETTLED", { triggerId }, { cause });
  }
  return triggers.trigger(triggerId)?.trigger;
}

/**
 * The trigger whose action to take now, or why there is none any more. Only the triggers topic decides: a job says how new that
 * table must be, but not how new the tenants' is, and a licence that is seen late must not cancel what it allows.
 * A trigger that has gone to another tenant must not carry the calls of its former one there.
 */
function validFor(job: DeliveryJob, trigger: Trigger | undefined): Trigger | CancelReason {
  if (trigger === undefined || trigger.tenantId !== job.tenantId) return "trigger-deleted";
  return trigger.enabled ? trigger : "trigger-disabled";
}

/** What can never be read or built is an answer; what can't be had now is thrown, to be tried again. */
function asAnswer(error: unknown): OnhookError {
  if (!(error instanceof OnhookError))
    return new OnhookError("JOB_UNHANDLED", { problem: String(error) }, { cause: error });
  if (error.retryable) throw error;
  return error;
}

function answer<T>(work: () => T): T | OnhookError {
  try {
    return work();
  } catch (error) {
    return asAnswer(error);
  }
}

async function answerOf<T>(work: () => Promise<T>): Promise<T | OnhookError> {
  try {
    return await work();
  } catch (error) {
    return asAnswer(error);
  }
}
