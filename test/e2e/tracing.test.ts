import { describe, expect, test } from "vitest";
import { traceHeaders } from "../../src/jobs/trace-context.ts";
import { createTracer } from "../../src/jobs/tracer.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hook } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { followAttempts, headersOf, recordsOf } from "../support/e2e-records.ts";
import { callOf, callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService, startService } from "../support/e2e-service.ts";
import { startCollector } from "../support/otlp-collector.ts";
import type { CollectedSpan } from "../support/otlp-collector.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

/** The step of the platform in which a call ended, and the headers of its record. */
function callTrace() {
  const span = createTracer(1).begin(null);
  return { span, headers: { ...traceHeaders(span), tracestate: "platform=x" } };
}

const traceparentOf = ({ traceId, spanId }: CollectedSpan): string => `00-${traceId}-${spanId}-01`;
const traceparents = (hooks: readonly Hook[]): unknown[] =>
  hooks.map(({ headers }) => headers["traceparent"]);
const byStart = (spans: readonly CollectedSpan[]): CollectedSpan[] =>
  spans.toSorted((one, another) => one.start - another.start);

/** Topics, a platform, and settings that name this collector. */
async function setUp(name: string, otlpEndpoint: string) {
  const names = ownNames(stack, name, {
    ONHOOK_TRACING_OTLP_ENDPOINT: otlpEndpoint,
    ONHOOK_TRACING_HEADERS: "authorization=Bearer hush,x-team=calls",
    ONHOOK_TRACING_TIMEOUT_MS: "1000",
  });
  await mustRun(["topics", "apply"], { env: names.env });
  return { ...names, platform: await createPlatform(stack, names.topics) };
}

describe("a call with a trace, whose webhook is taken at the second attempt", () => {
  test("is one trace from its record to the 2xx, with the right parents, in the collector, the log and the metrics", async () => {
    await using collector = await startCollector();
    const { env, topics, groups, platform: made } = await setUp("tracing", collector.url);
    await using platform = made;
    await using hooks = await startHooks(({ before }) => (before === 0 ? 500 : 200));
    const tenantId = newTenantId();
    await platform.putTrigger(triggerOf({ tenantId, url: `${hooks.url}/hook?key=hush` }));
    await using service = await startReadyService(env);
    const { span, headers } = callTrace();
    await platform.callWith(headers, callOf(newTenantId()));
    await platform.callWith(headers, callOf(tenantId, { cliNum: "+15551230001" }));
    await hooks.until(() => hooks.all.length === 2);
    const delivered = await service.line(({ outcome }) => outcome === "delivered");
    const openMetrics = { accept: "application/openmetrics-text" };
    const { body } = await service.get("/metrics", openMetrics);
    expect(await service.stop()).toBe(0);

    expect(collector.requests[0]).toMatchObject({
      path: "/v1/traces",
      headers: { authorization: "Bearer hush", "x-team": "calls" },
    });
    const spans = byStart(collector.spans);
    const matched = spans.find(({ kind }) => kind === "CONSUMER");
    const attempts = spans.filter(({ kind }) => kind === "CLIENT");
    expect(spans.map(({ traceId }) => traceId)).toEqual(Array(3).fill(span.traceId));
    expect(matched).toMatchObject({
      name: `match ${topics.cdr}`,
      parentSpanId: span.spanId,
      attributes: {
        "messaging.consumer.group.name": groups.match,
        "onhook.tenant.id": tenantId,
        "onhook.jobs": 1,
      },
      resource: { "service.name": "onhook" },
    });
    expect(attempts).toMatchObject(
      [
        { "onhook.attempt": 1, "http.response.status_code": 500, "error.type": "500" },
        { "onhook.attempt": 2, "http.response.status_code": 200, "onhook.outcome": "delivered" },
      ].map((attributes) => ({ name: "POST", parentSpanId: matched?.spanId, attributes })),
    );
    expect(attempts.map(({ status }) => status)).toEqual(["ERROR", "UNSET"]);
    // The wait on the ladder stands between the two.
    const [first, second] = attempts as [CollectedSpan, CollectedSpan];
    expect(second.start - first.end).toBeGreaterThanOrEqual(1990);
    expect(traceparents(hooks.all)).toEqual(attempts.map(traceparentOf));
    expect(hooks.all.map((hook) => hook.headers["tracestate"])).toEqual(
      Array(2).fill("platform=x"),
    );
    expect(delivered).toMatchObject({ trace_id: span.traceId, span_id: second.spanId });
    expect(body).toMatch(
      new RegExp(`onhook_delivery_latency_seconds_bucket.* # \\{trace_id="${span.traceId}"\\}`),
    );
    expect(JSON.stringify(collector.spans)).not.toMatch(/hush|5551230001|\/hook/);
  });
});

describe("a dead job that is replayed, and a call that is", () => {
  test("go on in their trace", async () => {
    await using collector = await startCollector();
    const { env, topics, platform: made } = await setUp("tracing-replay", collector.url);
    await using platform = made;
    let status = 500;
    await using hooks = await startHooks(() => status);
    const tenantId = newTenantId();
    const trigger = triggerOf({ tenantId, url: hooks.url, action: { retries: 0 } });
    await platform.putTrigger(trigger);
    await using service = await startReadyService(env);
    const { span, headers } = callTrace();
    const from = new Date(Date.now() - 60_000).toISOString();
    await platform.callWith(headers, callOf(tenantId));
    await service.line(({ outcome }) => outcome === "dead");
    const [dead] = (await recordsOf(stack, topics.dead)).map(headersOf);

    status = 200;
    const { triggerId } = trigger;
    await mustRun(["replay", "dead", "--trigger", triggerId, "--yes"], { env });
    await hooks.until(() => hooks.all.length === 2);
    const time = ["--from", from, "--to", new Date(Date.now() + 60_000).toISOString()];
    await mustRun(["replay", "calls", "--trigger", triggerId, ...time, "--yes"], { env });
    await hooks.until(() => hooks.all.length === 3);
    expect(await service.stop()).toBe(0);

    const matched = collector.spans.find(({ kind }) => kind === "CONSUMER");
    const attempts = byStart(collector.spans).filter(({ kind }) => kind === "CLIENT");
    expect(dead?.["traceparent"]).toBe(traceparentOf(matched as CollectedSpan));
    expect(attempts.map(({ traceId }) => traceId)).toEqual(Array(3).fill(span.traceId));
    // The call that is replayed is not matched again: its job goes on from the call itself.
    const parents = [matched?.spanId, matched?.spanId, span.spanId];
    expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual(parents);
    expect(traceparents(hooks.all)).toEqual(attempts.map(traceparentOf));
  });
});

describe("a collector that is not there", () => {
  test("costs nothing but the spans, which are counted, and no stop", async () => {
    const gone = await startCollector();
    await gone[Symbol.asyncDispose]();
    const { env, topics, platform: made } = await setUp("tracing-gone", gone.url);
    await using platform = made;
    await using hooks = await startHooks();
    await using attempts = await followAttempts(stack, topics.attempts);
    const tenantId = newTenantId();
    await platform.putTrigger(triggerOf({ tenantId, url: hooks.url }));
    await using service = await startReadyService(env);
    await platform.call(...callsOf(50, tenantId));
    await attempts.until(() => attempts.all.length === 50);
    await service.line(({ event }) => event === "tracing.spans-lost");
    const dropped = { reason: "export-failed" };
    expect(await service.metric("onhook_trace_spans_dropped_total", dropped)).toBeGreaterThan(0);
    expect(await service.stop()).toBe(0);
    expect(hooks.counts.size).toBe(50);
    expect(attempts.all.map(({ outcome }) => outcome)).toEqual(Array(50).fill("delivered"));
  });
});

/** Has Node say, on standard error, which files of OpenTelemetry it loads; the metrics' package needs its bare API. */
const telling = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({
    load(url, context, next) {
      if (/@opentelemetry\\/(?!api\\/)/.test(url)) process.stderr.write("loaded " + url + "\\n");
      return next(url, context);
    },
  });
`)}`;

/** The packages that a service loads from its start to its stop. */
async function packagesLoaded(otlpEndpoint: string): Promise<Set<string>> {
  const settings = { ONHOOK_TRACING_OTLP_ENDPOINT: otlpEndpoint };
  const { env } = ownNames(stack, "tracing-loaded", settings);
  await mustRun(["topics", "apply"], { env });
  await using service = startService(env, [], ["--import", telling]);
  await service.ready();
  expect(await service.stop()).toBe(0);
  const lines = (await service.stderr).matchAll(/^loaded .*@opentelemetry\/([\w-]+)/gm);
  return new Set([...lines].map(([, name = ""]) => name));
}

describe("the packages of OpenTelemetry", () => {
  test("are not loaded while tracing is off", async () => {
    expect(await packagesLoaded("")).toEqual(new Set());
  });

  test("are while it is on", async () => {
    const loaded = await packagesLoaded("http://127.0.0.1:9");
    expect([...loaded]).toEqual(expect.arrayContaining(["sdk-trace", "exporter-trace-otlp-proto"]));
  });
});
