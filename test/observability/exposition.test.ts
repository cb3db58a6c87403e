import { describe, expect, it } from "vitest";
import { expose, prefersOpenMetrics } from "../../src/observability/exposition.ts";
import { createMetrics } from "../../src/observability/metrics.ts";
import { someTrace } from "../jobs/some-trace.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { attempted, sampleEvents } from "../support/sample-events.ts";

/** As Prometheus asks by default. */
const prometheus =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

function metricsOf(...traces: readonly (typeof attempted.trace)[]) {
  const { record, registry } = createMetrics(createFakeClock());
  for (const event of Object.values(sampleEvents)) record(event);
  for (const trace of traces) record({ ...attempted, trace });
  return registry;
}

const samplesOf = (body: string): string[] =>
  body.split("\n").filter((line) => /^(?:onhook_|nodejs_version)/.test(line));

describe("what is asked for", () => {
  it.each([
    ["application/openmetrics-text", true],
    ["Application/OpenMetrics-Text; version=1.0.0", true],
    [prometheus, true],
    ["text/plain;q=0.5, application/openmetrics-text;q=0.5", true],
    [undefined, false],
    ["", false],
    ["*/*", false],
    ["text/plain", false],
    ["text/plain, application/openmetrics-text;q=0.9", false],
    ["application/openmetrics-text;q=0", false],
    ["application/openmetrics-text;q=x", false],
  ])("by %j is OpenMetrics: %s", (accept, prefers) => {
    expect(prefersOpenMetrics(accept)).toBe(prefers);
  });
});

describe("the metrics", () => {
  it("are Prometheus text without exemplars, unless OpenMetrics is asked for", async () => {
    const { contentType, body } = await expose(metricsOf(someTrace), undefined);
    expect(contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(body).toContain("# TYPE onhook_jobs_total counter");
    expect(body).not.toContain("trace_id");
  });

  it("are the same samples in both, and asking for one changes nothing about the other", async () => {
    const registry = metricsOf();
    const before = (await expose(registry, undefined)).body;
    const open = await expose(registry, prometheus);
    const after = (await expose(registry, undefined)).body;
    expect(open.contentType).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    expect(open.body.endsWith("# EOF\n")).toBe(true);
    expect(open.body).toContain("# TYPE onhook_jobs counter");
    expect(samplesOf(before).length).toBeGreaterThan(100);
    expect(samplesOf(open.body)).toEqual(samplesOf(before));
    expect(samplesOf(after)).toEqual(samplesOf(before));
  });

  it("name the trace of an attempt in the buckets that it fell into, where it is recorded", async () => {
    const unrecorded = { ...someTrace, traceId: "f".repeat(32), flags: 0 };
    const { body } = await expose(metricsOf(someTrace, unrecorded), prometheus);
    const lines = body.split("\n").filter((line) => line.includes("trace_id"));
    const exemplar = (value: string) =>
      `# {trace_id="${someTrace.traceId}"} ${value} \\d+(?:\\.\\d+)?$`;
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(`^onhook_delivery_seconds_bucket{le="0.25"} 3 ${exemplar("0.12")}`),
      ),
      expect.stringMatching(
        new RegExp(`^onhook_delivery_latency_seconds_bucket{le="0.5"} 3 ${exemplar("0.45")}`),
      ),
    ]);
  });
});
