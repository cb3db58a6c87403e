import { describe, expect, it } from "vitest";
import { isOwnSpan } from "../../src/delivery/attempt-trace.ts";
import { createTracer } from "../../src/jobs/tracer.ts";
import type { Span } from "../../src/jobs/tracer.ts";
import { someTrace, traceparent } from "../jobs/some-trace.ts";
import { createMemoryFlow, crm, headersOf } from "../support/memory-flow.ts";
import type { MemoryFlow } from "../support/memory-flow.ts";

/** A flow at work in which a call fires a trigger with so many retries, with these headers; `ratio`: tracing is on. */
async function flowWith(
  {
    ratio,
    retries = 1,
    headers = {},
  }: { ratio?: number; retries?: number; headers?: Record<string, string> },
  ...answers: readonly [number, ...number[]]
): Promise<MemoryFlow> {
  const tracer = ratio === undefined ? {} : { tracer: createTracer(ratio) };
  const flow = await createMemoryFlow(tracer);
  flow.receivers.script(crm, ...(answers.map((status) => ({ status })) as [{ status: number }]));
  await flow.trigger({ action: { retries } });
  await flow.start();
  await flow.call({ headers });
  await flow.clock.advance(60_000);
  return flow;
}

const sentTraces = (flow: MemoryFlow): (string | undefined)[] =>
  flow.sent.map(({ headers }) => headers["traceparent"]);

/** The steps that attempts have told. */
function attemptSpans(flow: MemoryFlow): Span[] {
  const traces = flow.eventsOf("delivery.attempted").map(({ trace }) => trace);
  return traces.filter((trace): trace is Span => trace !== null && isOwnSpan(trace));
}

const parentOf = ({ traceId, spanId }: Span): string => `00-${traceId}-${spanId}-01`;

describe("with tracing off", () => {
  it("what a call came with stands in every request, and in what is told of it", async () => {
    const headers = { traceparent, tracestate: "a=1" };
    const flow = await flowWith({ headers }, 500, 200);
    expect(flow.sent.map(({ headers: sent }) => [sent["traceparent"], sent["tracestate"]])).toEqual(
      [
        [traceparent, "a=1"],
        [traceparent, "a=1"],
      ],
    );
    const came = { ...someTrace, tracestate: "a=1" };
    expect(flow.eventsOf("delivery.attempted").map(({ trace }) => trace)).toEqual([came, came]);
  });

  it("a call without a trace, or with one that is not valid, makes requests without one", async () => {
    for (const headers of [{}, { traceparent: "00-x", tracestate: "a=1" }]) {
      const flow = await flowWith({ headers }, 200);
      expect(Object.keys(flow.sent[0]?.headers ?? {}).filter((name) => /trace/.test(name))).toEqual(
        [],
      );
      expect(flow.eventsOf("delivery.attempted").map(({ trace }) => trace)).toEqual([null]);
    }
  });

  it("no step of a trace is told", async () => {
    const flow = await flowWith({ headers: { traceparent } }, 200);
    expect(flow.eventsOf("cdr.traced")).toEqual([]);
  });
});

describe("with tracing on", () => {
  it("a call that fires is a step under what it came with, its attempts are steps under that, and each request bears its own", async () => {
    const flow = await flowWith(
      { ratio: 0, headers: { traceparent, tracestate: "a=1" } },
      500,
      200,
    );
    const [matched, ...others] = flow.eventsOf("cdr.traced");
    expect(others).toEqual([]);
    expect(matched).toMatchObject({
      span: { traceId: someTrace.traceId, parentSpanId: someTrace.spanId },
      topic: "onhook.cdr",
      partition: 0,
      offset: 0,
      tenantId: "t1",
      cdrId: "call-1",
      jobs: 1,
    });
    const spans = attemptSpans(flow);
    const under = { traceId: someTrace.traceId, parentSpanId: matched?.span.spanId };
    expect(spans).toMatchObject([under, under]);
    expect(sentTraces(flow)).toEqual(spans.map(parentOf));
    expect(new Set(sentTraces(flow)).size).toBe(2);
    expect(flow.sent.map(({ headers }) => headers["tracestate"])).toEqual(["a=1", "a=1"]);
  });

  it("a trace begins with the matching of a call that came with none, or with one that is not valid", async () => {
    for (const headers of [{}, { traceparent: `${traceparent}-x` }]) {
      const flow = await flowWith({ ratio: 1, headers }, 200);
      const [matched] = flow.eventsOf("cdr.traced");
      expect(matched?.span).toMatchObject({ parentSpanId: null, flags: 1, tracestate: null });
      const { traceId, spanId: parentSpanId } = (matched as { readonly span: Span }).span;
      expect(attemptSpans(flow)).toMatchObject([{ traceId, parentSpanId }]);
    }
  });

  it("a call that fires nothing, or goes to quarantine, is no step", async () => {
    const flow = await flowWith({ ratio: 1 }, 200);
    await flow.call({ tenantId: "nobody", headers: { traceparent } });
    await flow.append({ key: "x", value: Buffer.from("x"), headers: { traceparent } });
    expect(flow.eventsOf("cdr.traced")).toHaveLength(1);
    expect(flow.records("invalid")).toHaveLength(1);
  });

  it("what came unrecorded stays so: nothing is told but the trace goes on", async () => {
    const unrecorded = traceparent.replace(/1$/, "0");
    const flow = await flowWith({ ratio: 1, headers: { traceparent: unrecorded } }, 200);
    expect(flow.eventsOf("cdr.traced")).toEqual([]);
    expect(sentTraces(flow)[0]).toMatch(new RegExp(`^00-${someTrace.traceId}-[\\da-f]{16}-00$`));
  });

  it("a job whose match was not traced begins a trace with its first attempt, and its retries are under that", async () => {
    const flow = await createMemoryFlow();
    flow.receivers.script(crm, { status: 500 }, { status: 500 }, { status: 200 });
    await flow.trigger({ action: { retries: 2 } });
    const matcher = flow.worker();
    await matcher.start(["match"]);
    const deliverer = flow.worker({ tracer: createTracer(1) });
    await deliverer.start(["deliver"]);
    await flow.call();
    await flow.clock.advance(60_000);
    const [first, ...retries] = attemptSpans(flow);
    expect(first?.parentSpanId).toBeNull();
    const under = { traceId: first?.traceId, parentSpanId: first?.spanId };
    expect(retries).toMatchObject([under, under]);
  });

  it("a job that ends as cancelled is a step of its trace, too", async () => {
    const flow = await flowWith({ ratio: 1, retries: 3 }, 500);
    await flow.call();
    await flow.deleteTrigger();
    await flow.clock.advance(60_000);
    const told = flow.eventsOf("delivery.attempted");
    const cancelled = told.filter(({ outcome }) => outcome === "cancelled");
    expect(cancelled.map(({ trace }) => trace !== null && isOwnSpan(trace))).toEqual([true]);
  });
});

describe("a job that is dead", () => {
  it.each([undefined, 1])("keeps the trace that it is to go on in (ratio %s)", async (ratio) => {
    const on = ratio === undefined ? {} : { ratio };
    const flow = await flowWith({ ...on, retries: 0, headers: { traceparent } }, 500);
    const [job, dead] = (["jobs", "dead"] as const).map((role) => headersOf(flow.records(role)[0]));
    expect(dead?.["traceparent"]).toBe(job?.["traceparent"]);
    expect(dead?.["traceparent"]).toContain(someTrace.traceId);
  });
});
