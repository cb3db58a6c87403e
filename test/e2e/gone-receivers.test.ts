import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { callOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
let stage: AdminStage;
let hooks: Hooks;

beforeAll(async () => {
  stage = await startAdminStage(stack, "gone-receivers");
  hooks = await startHooks(() => 410);
});

afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

test("who asks who has switched off a trigger whose receiver is gone, is told by the API that the service did, when and why", async () => {
  const tenantId = newTenantId();
  const api = stage.api(await stage.token({ role: "tenant-admin", tenantId }));
  const began = Date.now();
  const body = { name: "Calls", action: { url: `${hooks.url}/hook` } };
  const made = await api.ask("POST", `/tenants/${tenantId}/triggers`, { body });
  const { triggerId } = made.json() as { readonly triggerId: string };
  await stage.platform.call(callOf(tenantId));
  const changes = async (): Promise<readonly { readonly at: string }[]> => {
    const query = `triggerId=${triggerId}`;
    const answer = await api.ask("GET", `/tenants/${tenantId}/changes?${query}`);
    return (answer.json() as { items: { at: string }[] }).items;
  };
  let told = await changes();
  while (told.length < 2) told = await changes();
  expect(told).toMatchObject([
    {
      actorId: "service",
      actorName: "deliver",
      actorRole: "service",
      action: "trigger.disabled",
      tenantId,
      triggerId,
      subject: "gone",
      properties: ["enabled", "disabledReason"],
    },
    { action: "trigger.created", actorRole: "tenant-admin" },
  ]);
  const at = Date.parse(told[0]?.at ?? "");
  expect(at).toBeGreaterThanOrEqual(began);
  expect(at).toBeLessThanOrEqual(Date.now());
  const shown = await api.ask("GET", `/tenants/${tenantId}/triggers/${triggerId}`);
  expect(shown.json()).toMatchObject({ enabled: false, disabledReason: "gone" });
});

test("where nothing can be told of it, a trigger stays on, that is said in the log, and other webhooks go on; once it can be told it is switched off", async () => {
  const { env, topics } = ownNames(stack, "gone-untold");
  await mustRun(["topics", "apply"], { env });
  const untold = { ...env, ONHOOK_TOPICS_CHANGES_NAME: `${topics.changes}.missing` };
  await using platform = await createPlatform(stack, topics);
  await using well = await startHooks();
  await using service = await startReadyService(untold, ["--roles", "match,deliver"]);
  const [gone, other] = [hooks, well].map(({ url }) =>
    triggerOf({ tenantId: newTenantId(), url: `${url}/hook` }),
  ) as [ReturnType<typeof triggerOf>, ReturnType<typeof triggerOf>];
  await platform.putTriggers([gone, other]);
  await platform.call(callOf(gone.tenantId));
  const kept = await service.line(({ event }) => event === "trigger.not-disabled");
  expect(kept).toMatchObject({
    level: "warn",
    triggerId: gone.triggerId,
    reason: "gone",
    err: { code: "SCHEMA_UNREGISTERED", message: expect.stringContaining(".changes.missing") },
  });
  const shown = await mustRun(["trigger", "get", gone.triggerId], { env });
  expect(shown).toContain("enabled: true");
  await platform.call(callOf(other.tenantId));
  await well.until(() => well.all.length === 1);

  await mustRun(["topics", "apply"], { env: untold });
  // It is left alone for some seconds first.
  while (!service.log.some(({ event }) => event === "trigger.disabled")) {
    await platform.call(callOf(gone.tenantId));
    await pause(500);
  }
  expect(await mustRun(["trigger", "get", gone.triggerId], { env })).toContain("enabled: false");
});
