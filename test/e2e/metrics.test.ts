import { afterAll, beforeAll, expect, test } from "vitest";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { callOf, triggerOf, when } from "../support/e2e-samples.ts";
import { startReadyService, startService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const tenants = 10_000;
const triggersOfEach = 10;
const triggersAtOnce = 2000;
/** Each of another tenant, and to an endpoint of its own. */
const calls = 2500;
/** So many tenants are named in labels; by default it is none. */
const namedTenants = 100;

/** Begins all that is a tenant's: its id, and the paths of its endpoints. */
const mark = "subscriber-";
const tenantIdOf = (tenant: number): string => `${mark}${tenant}`;

const stack = useStack();
const {
  topics,
  groups,
  env: few,
} = ownNames(stack, "metrics", {
  ONHOOK_METRICS_TENANTS: String(namedTenants),
  ONHOOK_METRICS_GROUP_LAG_INTERVAL_MS: "1000",
});
/** With as many partitions as there are by default: some metrics have a series for each. */
const env = Object.fromEntries(
  Object.entries(few).filter(([name]) => !name.endsWith("_PARTITIONS")),
);
let hooks: Hooks;
let platform: Platform;
let service: ServiceProcess;

/** One trigger of each tenant fires for whatever call. */
async function publishTriggers(): Promise<void> {
  const all = Array.from({ length: tenants * triggersOfEach }, (_, number) => {
    const tenantId = tenantIdOf(Math.floor(number / triggersOfEach));
    const isFired = number % triggersOfEach === 0;
    const filters = isFired ? [] : [when("ansGroupName", "eq", "Nobody's desk")];
    const url = `${hooks.url}/${tenantId}/${number}`;
    return triggerOf({ tenantId, url, filters, action: { retries: 10 } });
  });
  for (let at = 0; at < all.length; at += triggersAtOnce)
    await platform.putTriggers(all.slice(at, at + triggersAtOnce));
}

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  // One request in ten fails, so that there are retries.
  hooks = await startHooks(({ path, attempt }) =>
    path.endsWith("00") && attempt === 1 ? 500 : 200,
  );
  platform = await createPlatform(stack, topics);
  await publishTriggers();
  service = await startReadyService(env);
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

test("10,000 tenants with 100,000 triggers, and requests to thousands of endpoints, leave the page short and name no endpoint, no trigger and few tenants", async () => {
  expect(await service.metric("onhook_triggers", { state: "active" })).toBe(100_000);
  await platform.call(...Array.from({ length: calls }, (_, tenant) => callOf(tenantIdOf(tenant))));
  const delivered = { outcome: "delivered" };
  const count = () => service.metric("onhook_delivery_attempts_total", delivered);
  await expect.poll(count, { timeout: 100_000, interval: 500 }).toBeGreaterThanOrEqual(calls);
  expect(hooks.counts.size).toBe(calls);

  const page = (await service.get("/metrics")).body;
  const series = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(series.length).toBeGreaterThan(300);
  expect(series.length).toBeLessThan(2000);
  expect(Buffer.byteLength(page)).toBeLessThan(300_000);

  const named = new Set([...page.matchAll(/tenant="([^"]*)"/g)].map(([, tenant]) => tenant));
  expect(named).toContain("other");
  expect(named.size).toBe(namedTenants + 1);
  const others = series.filter((line) => !/^onhook_tenant_\w+\{tenant=/.test(line));
  expect(others.filter((line) => line.includes(mark) || line.includes("127.0.0.1"))).toEqual([]);
});

test("a process says what it is, how it is, what it has in hand, and how its groups stand", async () => {
  expect(await service.metric("onhook_build_info")).toBe(1);
  expect(await service.metric("onhook_ready")).toBe(1);
  expect(await service.metric("onhook_deliveries_in_flight_limit")).toBe(512);
  expect(await service.metric("onhook_sockets", { state: "idle" })).toBeGreaterThan(0);
  expect(await service.metric("onhook_first_request_seconds_count")).toBeGreaterThanOrEqual(calls);
  const tier = { tier: "2s" };
  expect(await service.metric("onhook_retry_overdue_seconds_count", tier)).toBeGreaterThan(0);
  expect(await service.metric("onhook_retry_oldest_overdue_seconds", tier)).toBe(0);
  expect(await service.metric("onhook_jobs_buffered")).toBe(0);
  for (const group of Object.values(groups)) {
    expect(await service.metric("onhook_group_members", { group })).toBe(1);
    expect(await service.metric("onhook_paused_partitions", { group })).toBe(0);
  }
  // What a rung holds waits for its time: that is no lag.
  expect(await service.metric("onhook_consumer_lag", { group: groups.retry })).toBe(0);
  expect((await service.get("/metrics")).body).not.toContain(`topic="${topics.retry}`);
  const lag = { topic: topics.cdr, group: groups.match };
  await expect.poll(() => service.metric("onhook_group_lag", lag), { timeout: 20_000 }).toBe(0);
});

test("a process that is not ready says so to whom asks for metrics as well", async () => {
  await using waiting = startService({ ...env, ONHOOK_REGISTRY_URL: "http://127.0.0.1:1" });
  expect((await waiting.get("/readyz")).status).toBe(503);
  expect(await waiting.metric("onhook_ready")).toBe(0);
  expect(await waiting.metric("onhook_build_info")).toBe(1);
});
