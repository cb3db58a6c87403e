import { afterAll, beforeAll, expect, test } from "vitest";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { jobsOf } from "../support/e2e-records.ts";
import { callOf, callsOf, newTenantId, triggerOf, when } from "../support/e2e-samples.ts";
import { startReadyService, startService } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "stopping");
const tenantId = newTenantId();
let hooks: Hooks;
let platform: Platform;
/** Requests to `/slow` wait for it. */
let gate: PromiseWithResolvers<number>;
let slowTrigger: ReturnType<typeof triggerOf>;
let quickTrigger: ReturnType<typeof triggerOf>;

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  hooks = await startHooks(({ path }) => (path === "/slow" ? gate.promise : 200));
  platform = await createPlatform(stack, topics);
  const only = (cause: string) => ({ tenantId, filters: [when("cause", "eq", cause)] });
  slowTrigger = triggerOf({ ...only("slow"), url: `${hooks.url}/slow` });
  quickTrigger = triggerOf({ ...only("quick"), url: `${hooks.url}/quick` });
  await platform.putTrigger(slowTrigger);
  await platform.putTrigger(quickTrigger);
});

afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

const slow = () => hooks.all.filter(({ path }) => path === "/slow");

test("a stop in the middle finishes what is in flight, and a restart goes on without a gap or a repeat", async () => {
  gate = Promise.withResolvers();
  await using first = await startReadyService(env);
  const calls = callsOf(3000, tenantId, { cause: "quick" });
  const ids = new Set(calls.map((call) => webhookIdOf(call, quickTrigger.triggerId)));
  await platform.call(callOf(tenantId, { cause: "slow" }));
  await hooks.until(() => slow().length === 1);
  const sending = platform.call(...calls);
  await hooks.until(() => hooks.counts.size > 500);
  const exited = first.stop();
  await first.line(({ event }) => event === "service.stopping");
  const { status, body } = await first.get("/readyz");
  expect({ status, body: JSON.parse(body) as unknown }).toEqual({
    status: 503,
    body: { ok: false, checks: [{ name: "service", ok: false, detail: "stopping" }] },
  });
  expect((await first.get("/healthz")).status).toBe(200);
  gate.resolve(200);
  expect(await exited).toBe(0);
  expect(await first.stderr).toBe("");
  await sending;
  await using second = await startReadyService(env);
  await hooks.until(() => hooks.counts.size === calls.length + 1);
  expect([...ids].filter((id) => !hooks.counts.has(id))).toEqual([]);
  expect(hooks.all).toHaveLength(calls.length + 1);
  const jobs = await jobsOf(stack, topics.jobs);
  expect(new Set(jobs.map(({ jobId }) => jobId)).size).toBe(jobs.length);
  expect(await second.stop()).toBe(0);
});

test("a request that outlasts the time to drain is cut off, and made again after the restart", async () => {
  gate = Promise.withResolvers();
  const before = slow().length;
  await using first = await startReadyService({ ...env, ONHOOK_DELIVERY_DRAIN_TIMEOUT_MS: "500" });
  const call = callOf(tenantId, { cause: "slow" });
  await platform.call(call);
  await hooks.until(() => slow().length === before + 1);
  const stoppedAt = Date.now();
  expect(await first.stop()).toBe(0);
  expect(Date.now() - stoppedAt).toBeLessThan(5000);
  expect(first.log.find(({ event }) => event === "service.drain-overrun")).toMatchObject({
    level: "error",
    services: expect.arrayContaining(["deliver"]) as unknown,
  });
  gate = Promise.withResolvers();
  gate.resolve(200);
  await using second = startService(env);
  await hooks.until(() => slow().length === before + 2);
  const attempts = hooks.of(webhookIdOf(call, slowTrigger.triggerId)).map(({ attempt }) => attempt);
  expect(attempts).toEqual([1, 1]);
  expect(await second.stop()).toBe(0);
});

test("who asks a second time does not wait for what is in flight", async () => {
  gate = Promise.withResolvers();
  const before = slow().length;
  await using service = await startReadyService(env);
  await platform.call(callOf(tenantId, { cause: "slow" }));
  await hooks.until(() => slow().length === before + 1);
  const exited = service.stop();
  await service.line(({ event }) => event === "service.stopping");
  await service.stop();
  expect(await exited).toBe(143);
  gate.resolve(200);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "a service that still waits for its registry stops by %s at once",
  async (signal) => {
    await using service = startService({ ...env, ONHOOK_REGISTRY_URL: "http://127.0.0.1:1" });
    await service.line(({ event }) => event === "service.waiting");
    expect(await service.stop(signal)).toBe(0);
  },
);

test("a service that has no broker yet is alive, not ready, and stops at once", async () => {
  await using service = startService({ ...env, ONHOOK_KAFKA_BROKERS: "127.0.0.1:1" });
  await service.line(({ event }) => event === "store.reading-failed");
  expect((await service.get("/healthz")).status).toBe(200);
  expect((await service.get("/readyz")).status).toBe(503);
  expect(await service.metric("onhook_trigger_store_lag")).toBe(0);
  expect(await service.stop()).toBe(0);
});
