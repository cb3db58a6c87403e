import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { followAttempts } from "../support/e2e-records.ts";
import { callOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "trigger-changes");
/** Nothing that this service sends to `/down` is ever taken. */
let hooks: Hooks;
let platform: Platform;
let service: ServiceProcess;

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  hooks = await startHooks(({ path }) => (path === "/down" ? 500 : 200));
  platform = await createPlatform(stack, topics);
  service = await startReadyService(env);
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

/** A call, and when the brokers had taken it. */
interface Sent {
  readonly call: CallEndedRecord;
  readonly takenAt: number;
}

/** Sends a call every few milliseconds until `enough`, so that the moment of a change can be read off its first effect. */
async function streamCalls(tenantId: string, enough: () => boolean): Promise<Sent[]> {
  const sent: Sent[] = [];
  while (!enough()) {
    const call = callOf(tenantId);
    await platform.call(call);
    sent.push({ call, takenAt: Date.now() });
    await pause(5);
  }
  return sent;
}

test("a trigger of another producer fires for every call of less than a second later", async () => {
  const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/new` });
  await platform.putTrigger(trigger);
  const publishedAt = Date.now();
  const arrived = (): number => hooks.all.filter(({ path }) => path === "/new").length;
  const sent = await streamCalls(trigger.tenantId, () => arrived() >= 20);
  const ids = sent.map(({ call }) => webhookIdOf(call, trigger.triggerId));
  const last = ids.at(-1) as string;
  await hooks.until(() => hooks.counts.has(last));
  const first = ids.findIndex((id) => hooks.counts.has(id));
  const fired = ids.slice(first);
  await hooks.until(() => fired.every((id) => hooks.counts.has(id)));
  const effectiveAfter = (sent[first] as Sent).takenAt - publishedAt;
  console.log(`in effect within ${effectiveAfter} ms, ${first} calls before`);
  expect(effectiveAfter).toBeLessThan(1000);
});

test("a change of the address counts from then on, without a restart", async () => {
  const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/before` });
  await platform.putTrigger(trigger);
  await streamCalls(trigger.tenantId, () => hooks.all.some(({ path }) => path === "/before"));
  await platform.putTrigger({
    ...trigger,
    action: { ...trigger.action, url: `${hooks.url}/after` },
  });
  const changedAt = Date.now();
  await streamCalls(trigger.tenantId, () => hooks.all.some(({ path }) => path === "/after"));
  const first = hooks.all.find(({ path }) => path === "/after");
  expect((first?.at ?? Infinity) - changedAt).toBeLessThan(1000);
});

test("a deleted trigger's pending retries end as cancelled, and nothing is sent any more", async () => {
  const trigger = triggerOf({
    tenantId: newTenantId(),
    url: `${hooks.url}/down`,
    action: { retries: 5 },
  });
  await using attempts = await followAttempts(stack, topics.attempts);
  await platform.putTrigger(trigger);
  const of = () => attempts.all.filter(({ triggerId }) => triggerId === trigger.triggerId);
  await streamCalls(trigger.tenantId, () => of().length >= 3);
  await platform.deleteTrigger(trigger.triggerId);
  const deletedAt = Date.now();
  const pending = (): Set<string> => new Set(of().map(({ jobId }) => jobId));
  const cancelled = () => of().filter(({ outcome }) => outcome === "cancelled");
  await attempts.until(() => cancelled().length > 0 && cancelled().length === pending().size);
  for (const { reason, method, status } of cancelled())
    expect({ reason, method, status }).toEqual({
      reason: "trigger-deleted",
      method: null,
      status: null,
    });
  const late = hooks.all.filter(({ path, at }) => path === "/down" && at > deletedAt + 1000);
  expect(late).toEqual([]);
  // An attempt is counted once its record is written.
  const counted = () => service.metric("onhook_delivery_attempts_total", { outcome: "cancelled" });
  await expect.poll(async () => (await counted()) === cancelled().length).toBe(true);
});

test("a disabled trigger's pending retries end as cancelled too", async () => {
  const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/down` });
  await using attempts = await followAttempts(stack, topics.attempts);
  await platform.putTrigger(trigger);
  const of = () => attempts.all.filter(({ triggerId }) => triggerId === trigger.triggerId);
  await streamCalls(trigger.tenantId, () => of().length > 0);
  await platform.putTrigger({ ...trigger, enabled: false });
  // The second attempt is the retry, which waited when the trigger was disabled.
  await attempts.until(() => of().some(({ attempt }) => attempt === 2));
  expect(of().find(({ attempt }) => attempt === 2)).toMatchObject({
    outcome: "cancelled",
    reason: "trigger-disabled",
  });
});

test("a trigger that is not valid is refused and told, and its last valid version goes on", async () => {
  const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/valid` });
  await platform.putTrigger(trigger);
  await platform.putTrigger({ ...trigger, action: { ...trigger.action, url: "gopher://x/" } });
  const line = await service.line(
    ({ event, result, key }) =>
      event === "store.applied" && result === "refused" && key === trigger.triggerId,
  );
  expect(line["problems"]).toEqual([expect.stringMatching(/^action\.url is not/)]);
  await platform.call(callOf(trigger.tenantId));
  await hooks.until(() => hooks.all.some(({ path }) => path === "/valid"));
  expect(await service.metric("onhook_triggers", { state: "refused" })).toBe(1);
});

test("every change so far was in effect within a second by the service's own measure", async () => {
  const all = await service.metric("onhook_trigger_propagation_seconds_count");
  const fast = await service.metric("onhook_trigger_propagation_seconds_bucket", { le: "1" });
  expect(all).toBeGreaterThan(5);
  expect(fast).toBe(all);
});
