import { afterEach, describe, expect, it } from "vitest";
import type { OtlpEvent } from "../../src/otlp/otlp-events.ts";
import { createSpanExport } from "../../src/otlp/span-export.ts";
import type { SpanExport, SpanExportOptions } from "../../src/otlp/span-export.ts";
import { someTrace } from "../jobs/some-trace.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { codeWords, readRepository } from "../support/markdown.ts";
import { startCollector } from "../support/otlp-collector.ts";
import { createWatch } from "../support/e2e-watch.ts";
import { attempted, sampleEvents } from "../support/sample-events.ts";

const never = new AbortController().signal;
const own = { ...someTrace, spanId: "00f067aa0ba902b7", parentSpanId: someTrace.spanId };
const tracedAttempt = { ...attempted, trace: own };
const nine = attempted.at;
const open: SpanExport[] = [];

/** An export to a collector, and what it tells. */
function exportTo(endpoint: string, changes: Partial<SpanExportOptions> = {}) {
  const events: OtlpEvent[] = [];
  const watch = createWatch();
  const clock = createFakeClock();
  const emit = (event: OtlpEvent): void => {
    events.push(event);
    watch.changed();
  };
  const spans = createSpanExport(
    {
      endpoint,
      headers: {},
      timeoutMs: 500,
      maxQueuedSpans: 1000,
      version: "1.2.3",
      matchGroup: "onhook-match",
      ...changes,
    },
    { clock, emit },
  );
  open.push(spans);
  const lost = () =>
    events
      .filter((event) => event.type === "tracing.spans-dropped")
      .reduce((sum, { count }) => sum + count, 0);
  return { spans, events, lost, clock, until: watch.until };
}

afterEach(async () => {
  const over = AbortSignal.abort();
  for (const each of open.splice(0)) await each.close(over);
});

describe("the spans that reach a collector", () => {
  it("are those of a call and of its attempts, by the conventions, with what the process is", async () => {
    await using collector = await startCollector();
    const { spans, lost } = exportTo(`${collector.url}/`, { headers: { "x-token": "hush" } });
    spans.record(sampleEvents["cdr.traced"]);
    spans.record(tracedAttempt);
    spans.record({
      ...tracedAttempt,
      attempt: 3,
      outcome: "failed",
      reason: "status",
      status: 503,
      host: "[::1]:8443",
      nextAttemptAt: nine + 120 + 6000,
    });
    await spans.close(never);
    const request = collector.requests[0];
    expect(request?.path).toBe("/v1/traces");
    expect(request?.headers).toMatchObject({
      "content-type": "application/x-protobuf",
      "x-token": "hush",
    });
    const place = { traceId: someTrace.traceId, spanId: own.spanId };
    expect(collector.spans).toMatchObject([
      {
        ...place,
        parentSpanId: someTrace.spanId,
        name: "match onhook.cdr",
        kind: "CONSUMER",
        start: nine,
        end: nine + 20,
        status: "UNSET",
        statusMessage: "",
        attributes: {
          "messaging.system": "kafka",
          "messaging.operation.name": "match",
          "messaging.operation.type": "process",
          "messaging.destination.name": "onhook.cdr",
          "messaging.destination.partition.id": "3",
          "messaging.kafka.offset": 4711,
          "messaging.consumer.group.name": "onhook-match",
          "onhook.tenant.id": "tenant-1",
          "onhook.cdr.id": "session-1",
          "onhook.jobs": 2,
        },
        resource: { "service.name": "onhook", "service.version": "1.2.3" },
      },
      {
        ...place,
        parentSpanId: someTrace.spanId,
        name: "POST",
        kind: "CLIENT",
        start: nine,
        end: nine + 120,
        status: "UNSET",
        attributes: {
          "http.request.method": "POST",
          "http.response.status_code": 204,
          "server.address": "crm.example.com",
          "onhook.attempt": 1,
          "onhook.outcome": "delivered",
          "onhook.job.id": attempted.jobId,
        },
      },
      {
        status: "ERROR",
        statusMessage: "",
        attributes: {
          "http.request.resend_count": 2,
          "server.address": "::1",
          "server.port": 8443,
          "error.type": "503",
          "onhook.reason": "status",
          "onhook.wait_ms": 6000,
        },
      },
    ]);
    expect(lost()).toBe(0);
    const documented = new Set(codeWords(readRepository("docs/tracing.md")));
    const made = new Set(collector.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect(made.size).toBeGreaterThan(20);
    expect([...made].filter((name) => !documented.has(name))).toEqual([]);
  });

  it("are of no more than their traces say: an attempt without a step of its own, or unrecorded, is none", async () => {
    await using collector = await startCollector();
    const { spans } = exportTo(collector.url);
    for (const trace of [null, someTrace, { ...own, flags: 0 }, { ...own, flags: 3 }])
      spans.record({ ...attempted, trace });
    await spans.close(never);
    expect(collector.spans).toHaveLength(1);
  });

  it("tell of a job that ended without a request what it ended as", async () => {
    await using collector = await startCollector();
    const { spans } = exportTo(collector.url);
    const none = { status: null, durationMs: 0, latencyMs: null, host: null, method: null };
    spans.record({ ...tracedAttempt, ...none, outcome: "cancelled", reason: "trigger-deleted" });
    await spans.close(never);
    expect(collector.spans).toMatchObject([
      {
        name: "cancelled",
        kind: "INTERNAL",
        status: "UNSET",
        attributes: { "onhook.outcome": "cancelled", "onhook.reason": "trigger-deleted" },
      },
    ]);
    expect(collector.spans[0]?.attributes).not.toHaveProperty("error.type");
  });

  it("hold no number, and no id that is damaged", async () => {
    await using collector = await startCollector();
    const { spans } = exportTo(collector.url);
    spans.record({ ...tracedAttempt, cdrId: "sip:+15551230001@host", tenantId: "t\u0002Ann" });
    await spans.close(never);
    expect(collector.spans[0]?.attributes).toMatchObject({
      "onhook.cdr.id": "sip:[number]@host",
      "onhook.tenant.id": "[illegible]",
    });
  });
});

describe("spans that wait when the service stops", () => {
  it("all reach the collector, however many there are", async () => {
    await using collector = await startCollector();
    const { spans, lost } = exportTo(collector.url, { maxQueuedSpans: 20_000, timeoutMs: 60_000 });
    for (let count = 0; count < 20_000; count += 1) spans.record(tracedAttempt);
    await spans.close(never);
    expect([collector.spans.length, lost()]).toEqual([20_000, 0]);
  });
});

describe("a collector that does not take spans", () => {
  it("costs these spans, each of which is counted, and the next ones reach it when it is back", async () => {
    let status = 400;
    await using collector = await startCollector(() => status);
    const { spans, events, lost, until } = exportTo(collector.url);
    for (let count = 0; count < 3; count += 1) spans.record(tracedAttempt);
    await until(() => lost() === 3);
    expect(events[0]).toEqual({
      type: "tracing.spans-dropped",
      reason: "export-failed",
      count: 3,
    });
    expect(events[1]).toMatchObject({
      type: "tracing.spans-lost",
      error: { code: "SPANS_NOT_EXPORTED" },
    });
    status = 200;
    spans.record(tracedAttempt);
    await spans.close(never);
    expect([collector.spans.length, lost()]).toEqual([1, 3]);
  });

  it("is said in the log once in a while, with all that were lost meanwhile", async () => {
    await using collector = await startCollector(() => 400);
    const { spans, events, lost, clock, until } = exportTo(collector.url);
    const said = () => events.filter(({ type }) => type === "tracing.spans-lost");
    for (const [total, wait] of [
      [1, 0],
      [2, 59_000],
      [3, 2000],
    ] as const) {
      await clock.advance(wait);
      spans.record(tracedAttempt);
      await until(() => lost() === total);
    }
    expect(said().map((event) => event.count)).toEqual([1, 2]);
  });

  it("that hangs keeps no more waiting than is set, and a stop no longer than it may take", async () => {
    const { promise: hangs } = Promise.withResolvers<number>();
    await using collector = await startCollector(() => hangs);
    const { spans, events } = exportTo(collector.url, { maxQueuedSpans: 10, timeoutMs: 60_000 });
    for (let count = 0; count < 25; count += 1) spans.record(tracedAttempt);
    const over = new AbortController();
    const closing = spans.close(over.signal);
    await collector.until(() => collector.requests.length > 0);
    over.abort();
    await closing;
    spans.record(tracedAttempt);
    const counts = Object.groupBy(
      events.filter((event) => event.type === "tracing.spans-dropped"),
      ({ reason }) => reason,
    );
    const sumOf = (reason: keyof typeof counts) =>
      counts[reason]?.reduce((sum, { count }) => sum + count, 0);
    expect([sumOf("queue-full"), sumOf("stopped"), sumOf("export-failed")]).toEqual([
      15,
      11,
      undefined,
    ]);
  });

  it("that nobody listens for is one, too, and what is said names it", async () => {
    const collector = await startCollector();
    await collector[Symbol.asyncDispose]();
    const { spans, events } = exportTo(collector.url);
    spans.record(tracedAttempt);
    await spans.close(never);
    expect(events[1]).toMatchObject({
      type: "tracing.spans-lost",
      error: { message: expect.stringMatching(/tracing\.otlpEndpoint: .*ECONNREFUSED/) },
    });
  });
});
