import { describe, expect, it } from "vitest";
import { createTracer } from "../../src/jobs/tracer.ts";
import { tracedEvents, tracingOfPass } from "../../src/matching/match-tracing.ts";
import { someRecord } from "../delivery/some-jobs.ts";
import { someTrace, traceparent } from "../jobs/some-trace.ts";

const call = { tenantId: "t1", id: null, cdr: { id: "call-1" } };
const at = { topic: "onhook.cdr", partition: 2, startedAt: 1000, endedAt: 1030 };

describe("a pass over a batch", () => {
  it("with tracing off hands on what came, and notes nothing", () => {
    const tracing = tracingOfPass(undefined);
    const record = someRecord({ headers: { traceparent, other: "x" } });
    expect(tracing.headersOf(record, call, 1)).toEqual({ traceparent });
    expect(tracing.traced).toEqual([]);
  });

  it("tells each call that fired as a step of its trace, but none that went to quarantine after all", () => {
    const tracing = tracingOfPass(createTracer(1));
    for (const offset of [3, 4, 5])
      tracing.headersOf(someRecord({ offset, headers: { traceparent } }), call, 2);
    const events = [...tracedEvents(tracing.traced, [{ offset: 4 }], at)];
    const told = { type: "cdr.traced", ...at, tenantId: "t1", cdrId: "call-1", jobs: 2 };
    const span = { traceId: someTrace.traceId, parentSpanId: someTrace.spanId };
    expect(events).toMatchObject([
      { ...told, offset: 3, span },
      { ...told, offset: 5, span },
    ]);
  });
});
