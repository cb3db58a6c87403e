import { expect, test } from "vitest";
import { metricOf } from "../../src/benchmark/service-process.ts";

const text = `# HELP onhook_jobs_total Jobs.
# TYPE onhook_jobs_total counter
onhook_jobs_total 12
onhook_jobs_total_of_something_else 99
onhook_delivery_attempts_total{outcome="delivered",reason=""} 3
onhook_delivery_attempts_total{outcome="retry",reason="status"} 4
process_cpu_seconds_total 1.5
`;

test("a metric is the sum of its samples, of those that have the labels asked for", () => {
  const metric = metricOf(text);
  expect(metric("onhook_jobs_total")).toBe(12);
  expect(metric("onhook_delivery_attempts_total")).toBe(7);
  expect(metric("onhook_delivery_attempts_total", 'outcome="delivered"')).toBe(3);
  expect(metric("process_cpu_seconds_total")).toBe(1.5);
  expect(metric("onhook_unknown_total")).toBe(0);
});
