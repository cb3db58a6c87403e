import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { metricTable } from "../../src/observability/metric-table.ts";
import { createMetrics } from "../../src/observability/metrics.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { attempted, sampleEvents } from "../support/sample-events.ts";
import { samples } from "./samples.ts";

test("a batch counts its calls by result, its jobs and its time", async () => {
  const found = await samples(
    sampleEvents["cdr.batch-matched"],
    sampleEvents["match.type-mismatch"],
  );
  expect(found.get('onhook_cdrs_total{result="matched"}')).toBe(6);
  expect(found.get('onhook_cdrs_total{result="invalid"}')).toBe(1);
  expect(found.get('onhook_cdrs_total{result="unmatched"}')).toBe(3);
  expect(found.get("onhook_jobs_total")).toBe(9);
  expect(found.get("onhook_match_type_mismatches_total")).toBe(4);
  expect(found.get("onhook_match_seconds_sum")).toBeCloseTo(0.02);
});

test("an audit sets what it found, until the next one", async () => {
  const found = await samples(sampleEvents["audit.failed"], sampleEvents["audit.done"]);
  expect(found.get('onhook_audit_calls{result="unmatched"}')).toBe(7);
  expect(found.get('onhook_audit_calls{result="unread"}')).toBe(1);
  expect(found.get('onhook_audit_jobs{state="in-doubt"}')).toBe(2);
  expect(found.get('onhook_audit_jobs{state="lost"}')).toBe(1);
  expect([...found.keys()].filter((name) => name.includes("total}"))).toEqual([]);
  expect(found.get("onhook_audit_missing")).toBe(1);
  expect(found.get("onhook_audit_double")).toBe(2);
  expect(found.get("onhook_audit_unexpected")).toBe(3);
  expect(found.get("onhook_audit_seconds")).toBe(1.5);
  expect(found.get("onhook_audit_failures_total")).toBe(1);
  const madeAt = found.get("onhook_audit_last_success_timestamp_seconds");
  expect(madeAt).toBe(Date.UTC(2026, 0, 5, 9) / 1000);
});

test("an attempt counts its outcome, its duration and the time since the CDR", async () => {
  const found = await samples(attempted);
  expect(found.get('onhook_delivery_attempts_total{outcome="delivered"}')).toBe(1);
  expect(found.get("onhook_delivery_seconds_sum")).toBeCloseTo(0.12);
  expect(found.get("onhook_delivery_latency_seconds_sum")).toBeCloseTo(0.45);
});

test("a job that ends without a request counts in no duration", async () => {
  const found = await samples({
    ...attempted,
    outcome: "cancelled",
    reason: "trigger-deleted",
    durationMs: null,
    latencyMs: null,
  });
  expect(found.get('onhook_delivery_attempts_total{outcome="cancelled"}')).toBe(1);
  expect(found.get("onhook_delivery_seconds_count")).toBe(0);
  expect(found.get("onhook_delivery_latency_seconds_count")).toBe(0);
});

test("a dead job counts by its reason, one that can't be read as undecodable", async () => {
  const found = await samples(
    { ...attempted, outcome: "dead", reason: "timeout", status: null, latencyMs: null },
    sampleEvents["job.undecodable"],
  );
  expect(found.get('onhook_dead_total{reason="timeout"}')).toBe(1);
  expect(found.get('onhook_dead_total{reason="undecodable"}')).toBe(1);
  expect(found.get('onhook_dead_total{reason="gone"}')).toBe(0);
});

test("stores tell how far behind they are, how fast changes arrive, and the triggers by state", async () => {
  const found = await samples(
    sampleEvents["store.position"],
    { type: "store.position", table: "tenants", position: 3, end: 3 },
    sampleEvents["store.propagated"],
    sampleEvents["store.applied"],
    sampleEvents["triggers.counted"],
  );
  expect(found.get("onhook_trigger_store_lag")).toBe(2);
  expect(found.get("onhook_tenant_store_lag")).toBe(0);
  expect(found.get("onhook_trigger_propagation_seconds_sum")).toBeCloseTo(0.2);
  expect(found.get('onhook_store_events_total{table="triggers",result="refused"}')).toBe(1);
  expect(found.get('onhook_triggers{state="over-licence"}')).toBe(3);
});

test("endpoints that are not well are counted by state, and so are the tenants who have them", async () => {
  const before = await samples();
  expect(before.get('onhook_endpoint_tenants{state="failing"}')).toBe(0);
  expect(before.get('onhook_endpoint_tenants{state="suspended"}')).toBe(0);
  const found = await samples(sampleEvents["endpoints.counted"]);
  const ofState = (state: string) =>
    ["onhook_endpoints", "onhook_endpoint_tenants"].map((name) =>
      found.get(`${name}{state="${state}"}`),
    );
  expect(ofState("failing")).toEqual([30, 3]);
  expect(ofState("suspended")).toEqual([20, 2]);
  expect(ofState("recovering")).toEqual([1, undefined]);
});

test("what can be counted by a closed set of labels is there from the start with 0", async () => {
  const found = await samples();
  const names = [
    'onhook_cdrs_total{result="invalid"}',
    'onhook_delivery_attempts_total{outcome="dead"}',
    'onhook_dead_total{reason="tls"}',
  ];
  expect(names.map((name) => found.get(name))).toEqual([0, 0, 0]);
});

test("every event can be recorded", async () => {
  const { record } = createMetrics(createFakeClock());
  for (const event of Object.values(sampleEvents)) expect(() => record(event)).not.toThrow();
});

test("the registry exposes exactly the metrics that docs/metrics.md names, with their types, next to Node's own", async () => {
  const { registry } = createMetrics(createFakeClock());
  const exposition = await registry.metrics();
  const named = (text: string, pattern: RegExp) =>
    new Set([...text.matchAll(pattern)].map(([, name, type]) => `${name} ${type}`));
  const documentation = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  const documented = named(documentation, /^\| `(\w+)` \| (\w+) \|/gm);
  expect(documented.size).toBeGreaterThan(20);
  expect(named(exposition, /^# TYPE (onhook_\w+) (\w+)$/gm)).toEqual(documented);
  expect(exposition).toContain("process_cpu_user_seconds_total");
});

test("names and units follow one rule: counters end in _total, histograms in _seconds", () => {
  const metrics = Object.entries(metricTable);
  const wrong = metrics.filter(
    ([name, { type }]) =>
      name.endsWith("_total") !== (type === "counter") ||
      (type === "histogram" && !name.endsWith("_seconds")),
  );
  expect(wrong).toEqual([]);
  const labels = metrics.flatMap(([, metric]) => metric.labels);
  expect(labels).toContain("outcome");
  expect(labels.filter((label) => /trigger|url|host|path/.test(label))).toEqual([]);
  const byTenant = metrics.filter(([, metric]) =>
    metric.labels.some((label) => label === "tenant"),
  );
  expect(byTenant.map(([name]) => name)).toEqual([
    "onhook_tenant_cdrs_total",
    "onhook_tenant_delivery_attempts_total",
  ]);
});

test("no gauge of Node's is named like a counter", async () => {
  const exposition = await createMetrics(createFakeClock()).registry.metrics();
  const gauges = [...exposition.matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name = ""]) => name);
  expect(gauges).toContain("nodejs_eventloop_lag_p99_seconds");
  expect(gauges.filter((name) => /_(total|count|sum|bucket)$/.test(name))).toEqual([]);
});

test("a process tells its version, whether it is ready, and when its certificates expire", async () => {
  const before = await samples();
  expect([...before.keys()].filter((name) => /build_info|expiry/.test(name))).toEqual([]);
  expect(before.get("onhook_ready")).toBe(0);
  const found = await samples(
    sampleEvents["service.started"],
    sampleEvents["service.readiness"],
    sampleEvents["service.certificates"],
  );
  expect(found.get('onhook_build_info{version="1.0.0"}')).toBe(1);
  expect(found.get("onhook_ready")).toBe(1);
  const expiry = 'onhook_certificate_expiry_timestamp_seconds{certificate="kafka.ssl.certFile"}';
  expect(found.get(expiry)).toBe(Date.UTC(2026, 5, 1) / 1000);
});

test("the first request counts where the service alone has had its job wait, and a clock that is ahead as no time", async () => {
  const found = await samples(
    attempted,
    { ...attempted, firstRequestMs: -20 },
    { ...attempted, firstRequestMs: null },
  );
  expect(found.get("onhook_first_request_seconds_count")).toBe(2);
  expect(found.get("onhook_first_request_seconds_sum")).toBeCloseTo(0.33);
  const bounds = [...found.keys()].flatMap((name) =>
    name.startsWith("onhook_first_request_seconds_bucket") ? [/le="(.*)"/.exec(name)?.[1]] : [],
  );
  expect(bounds).toEqual(expect.arrayContaining(["1", "2.5", "5", "10"]));
});

test("the stage's survey sets what is buffered, how many requests may be made, and how overdue each rung is", async () => {
  const found = await samples(sampleEvents["delivery.surveyed"], sampleEvents["delivery.sockets"]);
  expect(found.get("onhook_deliveries_in_flight_limit")).toBe(512);
  expect(found.get("onhook_jobs_buffered")).toBe(40);
  expect(found.get('onhook_retry_oldest_overdue_seconds{tier="2s"}')).toBe(1.5);
  expect(found.get('onhook_retry_oldest_overdue_seconds{tier="4s"}')).toBe(0);
  expect(found.get('onhook_sockets{state="busy"}')).toBe(17);
  expect(found.get('onhook_sockets{state="idle"}')).toBe(30);
});
