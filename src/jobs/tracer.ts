import { randomBytes } from "node:crypto";
import { sampledFlag } from "./trace-context.ts";
import type { TraceContext } from "./trace-context.ts";

/** A step of a trace that this process makes; whoever comes after it continues from here. */
export interface Span extends TraceContext {
  /** What led to it; null where the trace begins with it. */
  readonly parentSpanId: string | null;
}

/**
 * Begins steps of traces. It only says what their ids are and whether they are recorded: what they were about is told by
 * events, once it is known.
 */
export interface Tracer {
  /** A step under `parent`, recorded where that is; without one a trace begins, recorded in the ratio that is set. */
  begin(parent: TraceContext | null): Span;
}

const digits = 13;

/** Decided by the id, so that whoever asks comes to the same. Its end is the part that is random in every system's ids. */
function isRecorded(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-digits), 16) / 16 ** digits < ratio;
}

/** `sampleRatio`: what part of the traces that begin here are recorded, 0 to 1. */
export function createTracer(
  sampleRatio: number,
  random: (bytes: number) => Buffer = randomBytes,
): Tracer {
  return {
    begin(parent) {
      const spanId = random(8).toString("hex");
      if (parent !== null) return { ...parent, spanId, parentSpanId: parent.spanId };
      const traceId = random(16).toString("hex");
      const flags = isRecorded(traceId, sampleRatio) ? sampledFlag : 0;
      return { traceId, spanId, flags, tracestate: null, parentSpanId: null };
    },
  };
}
