import type { Counter } from "prom-client";
import { describe, expect, test, vi } from "vitest";
import type { AnyEvent } from "../../src/observability/any-event.ts";
import { createMetrics } from "../../src/observability/metrics.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { attempted, sampleEvents } from "../support/sample-events.ts";
import { read } from "./samples.ts";

describe("tenants", () => {
  async function byTenant(tenants: number, ...events: AnyEvent[]): Promise<[string, number][]> {
    const { record, registry } = createMetrics(createFakeClock(), { tenants });
    for (const event of events) record(event);
    const found = read(await registry.metrics());
    return [...found].filter(([name]) => name.includes("{tenant="));
  }

  test("are not counted unless that is switched on", async () => {
    expect(await byTenant(0, attempted)).toEqual([]);
  });

  test("have calls and attempts counted by name, the first that come, and all others together", async () => {
    const other = { ...attempted, tenantId: "tenant-2" };
    const found = await byTenant(1, sampleEvents["cdr.tenants-counted"], attempted, other, other);
    expect(found).toEqual([
      ['onhook_tenant_cdrs_total{tenant="tenant-1",result="matched"}', 6],
      ['onhook_tenant_cdrs_total{tenant="tenant-1",result="unmatched"}', 1],
      ['onhook_tenant_cdrs_total{tenant="other",result="matched"}', 0],
      ['onhook_tenant_cdrs_total{tenant="other",result="unmatched"}', 2],
      ['onhook_tenant_delivery_attempts_total{tenant="tenant-1",outcome="delivered"}', 1],
      ['onhook_tenant_delivery_attempts_total{tenant="other",outcome="delivered"}', 2],
    ]);
  });

  test("without a label of their own are added up, and told together with one whose id is their label", async () => {
    const { record, registry } = createMetrics(createFakeClock(), { tenants: 2 });
    const counter = registry.getSingleMetric("onhook_tenant_cdrs_total") as Counter;
    const told = vi.spyOn(counter, "inc");
    const ids = ["other", "t1", "t2", ...Array.from({ length: 50 }, (_, index) => `more-${index}`)];
    const counts = { matched: 2, unmatched: 1 };
    record({ type: "cdr.tenants-counted", tenants: new Map(ids.map((id) => [id, counts])) });
    const found = read(await registry.metrics());
    const matched = ["t1", "t2", "other"].map((tenant) =>
      found.get(`onhook_tenant_cdrs_total{tenant="${tenant}",result="matched"}`),
    );
    expect(matched).toEqual([2, 2, 2 * 51]);
    expect(told).toHaveBeenCalledTimes(3 * 2);
  });

  test.each(["x".repeat(101), "t1\nAnn", "t\uFFFD"])(
    "with an id that is no sound one, %j, are counted with the others",
    async (tenantId) => {
      const found = await byTenant(10, { ...attempted, tenantId });
      expect(found).toEqual([
        ['onhook_tenant_delivery_attempts_total{tenant="other",outcome="delivered"}', 1],
      ]);
    },
  );
});
