import { SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import type { Attributes, HrTime, SpanContext } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from "@opentelemetry/semantic-conventions";
import type { DeliveryEvent } from "../delivery/delivery-events.ts";
import type { TraceContext } from "../jobs/trace-context.ts";
import type { Span } from "../jobs/tracer.ts";
import { legibleId, phoneNumber } from "../log/legible.ts";
import type { MatchEvent } from "../matching/match-events.ts";

export type Attempted = Extract<DeliveryEvent, { readonly type: "delivery.attempted" }>;
export type Traced = Extract<MatchEvent, { readonly type: "cdr.traced" }>;

/** What all spans of the process have in common. */
export interface SpanOrigin {
  readonly resource: Resource;
  readonly version: string;
  /** Consumer group of the match role. */
  readonly matchGroup: string;
}

/** As they are not yet in the stable part of the conventions: names may change there, and here not by themselves. */
const messaging = {
  system: "messaging.system",
  operationName: "messaging.operation.name",
  operationType: "messaging.operation.type",
  destination: "messaging.destination.name",
  partition: "messaging.destination.partition.id",
  consumerGroup: "messaging.consumer.group.name",
  offset: "messaging.kafka.offset",
} as const;

/** What a step of either kind is about, in the form that the conventions leave to the program. */
interface Step {
  readonly span: Span;
  readonly name: string;
  readonly kind: SpanKind;
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly attributes: Attributes;
}

function id(text: string): string {
  return legibleId(text).replaceAll(phoneNumber, "[number]");
}

function timeOf(ms: number): HrTime {
  const whole = Math.floor(ms);
  return [Math.floor(whole / 1000), (whole % 1000) * 1_000_000 + Math.round((ms - whole) * 1e6)];
}

function contextOf({ traceId, flags }: TraceContext, spanId: string): SpanContext {
  return { traceId, spanId, traceFlags: flags & TraceFlags.SAMPLED };
}

function readable(step: Step, { resource, version }: SpanOrigin): ReadableSpan {
  const { span, startedAt, durationMs, failed } = step;
  const context = contextOf(span, span.spanId);
  const { parentSpanId } = span;
  return {
    name: step.name,
    kind: step.kind,
    spanContext: () => context,
    ...(parentSpanId !== null && {
      parentSpanContext: { ...contextOf(span, parentSpanId), isRemote: true },
    }),
    startTime: timeOf(startedAt),
    endTime: timeOf(startedAt + durationMs),
    duration: timeOf(durationMs),
    status: { code: failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: step.attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: "onhook", version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** The span of a call that has fired. */
export function spanOfCall(event: Traced, origin: SpanOrigin): ReadableSpan {
  const { span, topic, startedAt, endedAt } = event;
  const attributes = {
    [messaging.system]: "kafka",
    [messaging.operationName]: "match",
    [messaging.operationType]: "process",
    [messaging.destination]: topic,
    [messaging.partition]: String(event.partition),
    [messaging.consumerGroup]: origin.matchGroup,
    [messaging.offset]: event.offset,
    "onhook.tenant.id": id(event.tenantId),
    "onhook.cdr.id": id(event.cdrId),
    "onhook.jobs": event.jobs,
  };
  const durationMs = Math.max(0, endedAt - startedAt);
  const name = `match ${topic}`;
  const kind = SpanKind.CONSUMER;
  return readable({ span, name, kind, startedAt, durationMs, failed: false, attributes }, origin);
}

/** Of an address the host and the port alone; the conventions ask for all of it, in which payloads and keys may stand. */
function serverOf(host: string | null): Attributes {
  if (host === null) return {};
  const [, name, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return {
    ...(name !== undefined && { [ATTR_SERVER_ADDRESS]: name.replaceAll(/^\[|\]$/g, "") }),
    ...(port !== undefined && { [ATTR_SERVER_PORT]: Number(port) }),
  };
}

/** The status where that is the failure, or else the reason; a job that is cancelled is no failure. */
function errorOf({ outcome, status, reason }: Attempted): Attributes {
  if (reason === null || outcome === "cancelled") return {};
  return { [ATTR_ERROR_TYPE]: status === null ? reason : String(status) };
}

/** The span of an attempt, also of one for which no request was made. */
export function spanOfAttempt(event: Attempted, span: Span, origin: SpanOrigin): ReadableSpan {
  const { method, status, attempt, outcome, nextAttemptAt } = event;
  const durationMs = Math.max(0, event.durationMs ?? 0);
  const attributes = {
    ...(method !== null && { [ATTR_HTTP_REQUEST_METHOD]: method }),
    ...(attempt > 1 && { [ATTR_HTTP_REQUEST_RESEND_COUNT]: attempt - 1 }),
    ...(status !== null && { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status }),
    ...serverOf(event.host),
    ...errorOf(event),
    "onhook.attempt": attempt,
    "onhook.outcome": outcome,
    ...(event.reason !== null && { "onhook.reason": event.reason }),
    ...(nextAttemptAt !== null && { "onhook.wait_ms": nextAttemptAt - event.at - durationMs }),
    "onhook.job.id": event.jobId,
    "onhook.trigger.id": id(event.triggerId),
    "onhook.tenant.id": id(event.tenantId),
    "onhook.cdr.id": id(event.cdrId),
  };
  const name = method ?? outcome;
  const kind = method === null ? SpanKind.INTERNAL : SpanKind.CLIENT;
  const failed = outcome === "failed" || outcome === "dead";
  return readable(
    { span, name, kind, startedAt: event.at, durationMs, failed, attributes },
    origin,
  );
}
