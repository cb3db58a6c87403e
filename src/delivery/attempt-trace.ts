import { readTraceContext, traceHeaders } from "../jobs/trace-context.ts";
import type { TraceContext } from "../jobs/trace-context.ts";
import type { Span, Tracer } from "../jobs/tracer.ts";
import type { LogRecord } from "../log/log-record.ts";

/** The place of an attempt in a trace: a step of this process, or merely what came with its job; null: it is in none. */
export type AttemptTrace = Span | TraceContext | null;

/** Whether the attempt is a step of its own, made by this process. */
export function isOwnSpan(trace: TraceContext): trace is Span {
  return "parentSpanId" in trace;
}

/**
 * The same record with the trace that began with it, in which whatever becomes of its job goes on. What it came with of
 * another trace says nothing of this one.
 */
function beginning(from: LogRecord, trace: TraceContext): LogRecord {
  const { topic, partition, offset, timestamp, key, value } = from;
  const { traceparent: _parent, tracestate: _state, ...others } = from.headers;
  const headers = Object.entries(traceHeaders(trace)).map(
    ([name, text]) => [name, Buffer.from(text)] as const,
  );
  return {
    topic,
    partition,
    offset,
    timestamp,
    key,
    value,
    headers: { ...others, ...Object.fromEntries(headers) },
  };
}

/**
 * The trace of an attempt, and the record to go on from. All attempts of a job are steps under the one that came with it;
 * where none came, and a trace begins with this attempt, the later ones are under this one.
 */
export function traceAttempt(
  from: LogRecord,
  tracer: Tracer | undefined,
): { readonly from: LogRecord; readonly trace: AttemptTrace } {
  const came = readTraceContext(from.headers);
  if (tracer === undefined) return { from, trace: came };
  const trace = tracer.begin(came);
  return { from: came === null ? beginning(from, trace) : from, trace };
}
