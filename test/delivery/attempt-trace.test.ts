import { expect, it } from "vitest";
import { traceAttempt } from "../../src/delivery/attempt-trace.ts";
import { readTraceContext } from "../../src/jobs/trace-context.ts";
import { createTracer } from "../../src/jobs/tracer.ts";
import { traceparent } from "../jobs/some-trace.ts";
import { someRecord } from "./some-jobs.ts";

it("a trace that begins with an attempt takes on nothing of an invalid one that the record came with", () => {
  const record = someRecord({
    headers: { traceparent: `${traceparent}-x`, tracestate: "a=1", "onhook-attempt": "2" },
  });
  const { from, trace } = traceAttempt(record, createTracer(1));
  expect(trace).toMatchObject({ parentSpanId: null, tracestate: null });
  expect(readTraceContext(from.headers)).toMatchObject({
    traceId: trace?.traceId,
    tracestate: null,
  });
  expect(Object.keys(from.headers).toSorted()).toEqual(["onhook-attempt", "traceparent"]);
});
