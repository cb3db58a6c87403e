import { afterAll, beforeAll, expect, test } from "vitest";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { followAttempts, jobsOf } from "../support/e2e-records.ts";
import { callOf, callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "suspension", {
  ONHOOK_DELIVERY_SUSPEND_AFTER_MS: "1000",
  ONHOOK_DELIVERY_SUSPEND_AFTER_FAILURES: "3",
  ONHOOK_DELIVERY_PROBE_INTERVAL_MS: "1000",
});
let wellAgain = false;
let hooks: Hooks;
let platform: Platform;
let service: ServiceProcess;

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  hooks = await startHooks(({ path }) => {
    if (path === "/gone") return 410;
    return wellAgain ? 200 : 500;
  });
  platform = await createPlatform(stack, topics);
  service = await startReadyService(env);
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

test("an endpoint that fails for long is suspended, probed, and gets what was set aside once it answers", async () => {
  await using attempts = await followAttempts(stack, topics.attempts);
  const url = `${hooks.url}/hook`;
  const trigger = triggerOf({ tenantId: newTenantId(), url, action: { retries: 0 } });
  await platform.putTrigger(trigger);
  const suspended = service.line(({ event }) => event === "endpoint.suspended");
  const isSuspended = (): boolean =>
    service.log.some((line) => line["event"] === "endpoint.suspended");
  // One at a time, so that some fail early and some late.
  for (let sent = 1; !isSuspended(); sent += 1) {
    await platform.call(callOf(trigger.tenantId));
    await attempts.until(() => attempts.all.length >= sent);
  }
  expect(await suspended).toMatchObject({ reason: "status", status: 500 });

  const waiting = callsOf(40, trigger.tenantId);
  await platform.call(...waiting);
  const ids = new Set(waiting.map((call) => webhookIdOf(call, trigger.triggerId)));
  const setAside = () => attempts.all.filter(({ reason }) => reason === "endpoint-suspended");
  await attempts.until(() => ids.isSubsetOf(new Set(setAside().map(({ jobId }) => jobId))));
  await service.line(({ event, probe }) => event === "endpoint.redriven" && probe === true);

  wellAgain = true;
  await service.line(({ event }) => event === "endpoint.well");
  const delivered = attempts.all.filter(({ outcome }) => outcome === "delivered");
  expect(delivered.every(({ attempt }) => attempt === 1)).toBe(true);
  const deliveredIds = delivered.map(({ jobId }) => jobId);
  expect(new Set(deliveredIds).size).toBe(deliveredIds.length);
  expect(ids.isSubsetOf(new Set(deliveredIds))).toBe(true);
  const answered = hooks.all.filter(({ id }) => ids.has(id)).length;
  const probes = setAside().filter(({ status, jobId }) => status === 500 && ids.has(jobId)).length;
  expect(answered).toBe(ids.size + probes);

  const next = callOf(trigger.tenantId);
  await platform.call(next);
  await hooks.until(() => hooks.counts.has(webhookIdOf(next, trigger.triggerId)));
  expect(await service.metric("onhook_endpoints")).toBe(0);
});

test("a trigger whose receiver answers 410 Gone is switched off, and says why", async () => {
  const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/gone` });
  await platform.putTrigger(trigger);
  await platform.call(callOf(trigger.tenantId));
  await service.line(({ event }) => event === "trigger.disabled");
  const shown = await mustRun(["trigger", "get", trigger.triggerId], { env });
  expect(shown).toContain("enabled: false");
  expect(shown).toContain("disabledReason: gone");
  const dead = await jobsOf(stack, topics.dead);
  expect(dead.filter(({ triggerId }) => triggerId === trigger.triggerId)).toHaveLength(1);
});
