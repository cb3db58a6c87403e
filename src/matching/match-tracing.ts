import type { CallEnded } from "../cdr/call-ended.ts";
import {
  isSampled,
  readTraceContext,
  traceHeaders,
  tracingHeaders,
} from "../jobs/trace-context.ts";
import type { Span, Tracer } from "../jobs/tracer.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { MatchEvent } from "./match-events.ts";

/** A call that fired, as a step of a trace; what has not happened yet is not in it. */
interface TracedCall {
  readonly span: Span;
  readonly offset: number;
  readonly tenantId: string;
  readonly cdrId: string;
  readonly jobs: number;
}

/** What one pass over a batch has to do with traces. */
export interface PassTracing {
  /** The tracing headers of the jobs of a call that has fired so many. */
  headersOf(record: LogRecord, call: CallEnded, jobs: number): Readonly<Record<string, string>>;
  /** Calls whose steps are to be told once their jobs are committed. */
  readonly traced: readonly TracedCall[];
}

const noneTraced: readonly TracedCall[] = [];

/** Tracing is off: what came with a call goes on. */
const handingOn: PassTracing = {
  headersOf: ({ headers }) => tracingHeaders(headers),
  traced: noneTraced,
};

/** Each call that fires is a step of its trace, or begins one, and its jobs go on from there. */
export function tracingOfPass(tracer: Tracer | undefined): PassTracing {
  if (tracer === undefined) return handingOn;
  const traced: TracedCall[] = [];
  return {
    traced,
    headersOf({ headers, offset }, { tenantId, cdr }, jobs) {
      const span = tracer.begin(readTraceContext(headers));
      if (isSampled(span)) traced.push({ span, offset, tenantId, cdrId: cdr.id, jobs });
      return traceHeaders(span);
    },
  };
}

/** The events of the calls that were traced, but for those that went to quarantine after all. */
export function* tracedEvents(
  traced: readonly TracedCall[],
  invalid: readonly { readonly offset: number }[],
  at: {
    readonly topic: string;
    readonly partition: number;
    readonly startedAt: number;
    readonly endedAt: number;
  },
): Generator<MatchEvent> {
  const quarantined = new Set(invalid.map(({ offset }) => offset));
  for (const call of traced)
    if (!quarantined.has(call.offset)) yield { type: "cdr.traced", ...at, ...call };
}
