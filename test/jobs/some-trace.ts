import type { TraceContext } from "../../src/jobs/trace-context.ts";

/** A place in a trace that is recorded, and its header. */
export const someTrace: TraceContext = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  flags: 1,
  tracestate: null,
};
export const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
