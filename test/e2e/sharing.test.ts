import { expect, test } from "vitest";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { jobsOf } from "../support/e2e-records.ts";
import { callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const tenants = 12;
const callsOfEach = 50;

async function delivered(service: ServiceProcess): Promise<number> {
  return service.metric("onhook_delivery_attempts_total", { outcome: "delivered" });
}

test("processes share the work, and one that joins or leaves while calls stream costs and doubles nothing", async () => {
  const stack = useStack();
  const { env, topics } = ownNames(stack, "sharing");
  await mustRun(["topics", "apply"], { env });
  // Every tenth webhook fails at first, so that the ladder's group is shared too.
  await using hooks = await startHooks(({ id, before }) =>
    before === 0 && id.endsWith("0") ? 500 : 200,
  );
  await using platform = await createPlatform(stack, topics);
  await using one = await startReadyService(env);
  const triggers = Array.from({ length: tenants }, () =>
    triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/hook`, action: { retries: 3 } }),
  );
  for (const trigger of triggers) await platform.putTrigger(trigger);
  await one.hasApplied(tenants - 1);
  const triggerOfTenant = new Map(triggers.map((trigger) => [trigger.tenantId, trigger.triggerId]));
  const ids = new Set<string>();
  const callAll = (): Promise<void> => {
    const calls = triggers.flatMap(({ tenantId }) => callsOf(callsOfEach, tenantId));
    for (const call of calls)
      ids.add(webhookIdOf(call, triggerOfTenant.get(call.tenantId) as string));
    return platform.call(...calls);
  };

  await callAll();
  await hooks.until(() => hooks.counts.size > 0);
  await using two = await startReadyService(env);
  // Calls stream until the second process has its share, however long the groups take to give it one.
  while ((await delivered(two)) === 0) await callAll();
  const sending = callAll();
  expect(await two.stop()).toBe(0);
  await sending;
  const taken = (id: string): boolean => (hooks.counts.get(id) ?? 0) > (id.endsWith("0") ? 1 : 0);
  const waiting = new Set(ids);
  await hooks.until(() => {
    for (const id of waiting) if (taken(id)) waiting.delete(id);
    return waiting.size === 0;
  });
  expect(await one.stop()).toBe(0);

  expect(new Set(hooks.counts.keys())).toEqual(ids);
  const jobs = await jobsOf(stack, topics.jobs);
  expect(jobs).toHaveLength(ids.size);
  expect(new Set(jobs.map(({ jobId }) => jobId))).toEqual(ids);
  const made = new Set(hooks.all.map(({ id, attempt }) => `${id} ${attempt}`)).size;
  console.log(`${hooks.all.length} requests, ${hooks.all.length - made} of them repeated`);
});
