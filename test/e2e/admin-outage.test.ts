import { afterAll, beforeAll, expect, test } from "vitest";
import { startStack } from "../../src/sandbox/stack.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import type { ApiClient } from "../support/api-client.ts";
import { newTenantId } from "../support/e2e-samples.ts";
import { cacheDir } from "../support/own-sandbox.ts";

/** A sandbox of its own, whose broker is stopped and started; the tests are steps of one story, in this order. */
let stack: Stack;
let stage: AdminStage;
let operator: ApiClient;
const tenantId = newTenantId();
const path = `/tenants/${tenantId}/triggers`;
const body = { name: "Before", action: { url: "https://example.com/hook" } };
let one: string;

beforeAll(async () => {
  stack = await startStack({
    cacheDir,
    env: { ...process.env, ONHOOK_SANDBOX: "java" },
    onProgress: () => undefined,
  });
  stage = await startAdminStage(stack, "admin-outage");
  operator = stage.api(await stage.token({ role: "operator" }));
  const created = await operator.ask("POST", path, { body });
  one = `${path}/${(created.json() as { triggerId: string }).triggerId}`;
});

afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  await stack?.stop();
});

test("while the broker is away what is known is still read, and a change is refused in time, as what may be tried again", async () => {
  await stack.stopBroker(0, "SIGKILL");
  expect((await operator.ask("GET", one)).json()).toMatchObject({ name: "Before", enabled: true });
  const began = Date.now();
  const refused = await operator.ask("POST", `${one}/disable`);
  const seconds = (Date.now() - began) / 1000;
  console.log(`refused after ${seconds.toFixed(1)} s: ${refused.text}`);
  expect(refused.status).toBe(503);
  expect(["CONFIG_UNWRITTEN", "CONFIG_IN_DOUBT"]).toContain(
    (refused.json() as { code: string }).code,
  );
  expect(refused.headers["retry-after"]).toBeDefined();
  // As long as it waits for the brokers, and what this machine takes besides.
  expect(seconds).toBeLessThan(40);
  expect((await operator.ask("GET", one)).json()).toMatchObject({ enabled: true });
});

test("once it is back changes are made again, by the same process, each of them once", async () => {
  await stack.startBroker(0);
  let answer = await operator.ask("POST", `${one}/disable`);
  while (answer.status === 503) answer = await operator.ask("POST", `${one}/disable`);
  expect([answer.status, answer.json()]).toMatchObject([200, { enabled: false }]);
  let actions: readonly string[] = [];
  while (actions.length < 2) {
    const { items } = (await operator.ask("GET", `/tenants/${tenantId}/changes`)).json() as {
      items: { action: string }[];
    };
    actions = items.map(({ action }) => action);
  }
  expect(actions).toEqual(["trigger.disabled", "trigger.created"]);
});
