import { afterAll, beforeAll, describe, expect, it } from "vitest";
import messages from "../../src/portal/messages/en-GB/reveal.json" with { type: "json" };
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { newTenantId, triggerOf, when } from "../support/e2e-samples.ts";
import { hostileCall, hostileTexts } from "../support/hostile-call.ts";
import type { HostileCall } from "../support/hostile-call.ts";
import { closeBrowser, signInBy, signInLink, visitPortal } from "../support/portal-visit.ts";
import type { Visit } from "../support/portal-visit.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const tenantId = newTenantId();
const { show: showInClear } = messages;
const [script = "", image = "", svg = ""] = hostileTexts;
let stage: AdminStage;
let hooks: Hooks;
let visit: Visit;
let call: HostileCall;
let triggerId: string;
let jobId: string;

beforeAll(async () => {
  hooks = await startHooks();
  stage = await startAdminStage(stack, "hostile", {
    ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1000000",
  });
  const { platform } = stage;
  await platform.putTenant({ tenantId, name: script, maxTriggers: 10, suspended: false });
  const action = { retries: 1, customData: { [image]: svg }, headers: { "x-own": "a" } };
  const trigger = {
    ...triggerOf({ tenantId, url: `${hooks.url}/hooks`, action }),
    name: image,
    filters: [when("dir", "eq", "2"), when("cliName", "ne", script)],
  };
  const other = {
    ...triggerOf({ tenantId, url: hooks.url }),
    name: svg,
    filters: [when("cliName", "eq", script)],
  };
  ({ triggerId } = trigger);
  await platform.putTriggers([trigger, other]);
  const operator = await stage.token({ role: "operator" });
  const api = stage.api(operator);
  await api.ask("POST", `/tenants/${tenantId}/tokens`, { body: { name: image } });
  call = hostileCall(tenantId);
  jobId = webhookIdOf(call, triggerId);
  const path = `/tenants/${tenantId}/deliveries/${jobId}`;
  await stage.service.hasApplied(1);
  await platform.call(call);
  await hooks.until(() => hooks.counts.has(jobId));
  while ((await api.ask("GET", path)).status !== 200)
    await new Promise((resolve) => setTimeout(resolve, 50));
  visit = await visitPortal(stage);
  await signInBy(visit, await signInLink(stage, operator, tenantId));
});
afterAll(async () => {
  await visit?.[Symbol.asyncDispose]();
  await closeBrowser();
  await stage?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

/** What ran, in any frame of the page. */
async function stolen(): Promise<unknown[]> {
  const found = await Promise.all(
    visit.page.frames().map((frame) => frame.evaluate("globalThis.stolen ?? null")),
  );
  return found.filter((each) => each !== null);
}

/** Shows what is masked, where the page has something that is. */
async function reveal(): Promise<void> {
  const button = visit.page.getByRole("button", { name: showInClear });
  if ((await button.count()) === 0) return;
  await button.click();
  await visit.page.getByRole("dialog").getByRole("button", { name: showInClear }).click();
  await visit.settled();
}

const pages = (): readonly (readonly [string, string])[] => [
  ["the list of triggers", ""],
  ["a new trigger", "/new"],
  ["a trigger", `/${triggerId}`],
  ["the calls", "/calls"],
  ["the story of the call", `/calls/${encodeURIComponent(call.cdr.id)}`],
  ["the deliveries", "/deliveries"],
  ["the deliveries of the call", `/deliveries?cdrId=${encodeURIComponent(call.cdr.id)}`],
  ["the delivery", `/deliveries/${jobId}`],
  ["the tokens", "/tokens"],
  ["the changes", "/changes"],
  ["the guide", "/guide"],
  [
    "an address of somebody else's making",
    `/calls/${encodeURIComponent(script)}?x=${encodeURIComponent(image)}`,
  ],
];

describe("a call whose every text would run in a careless page", () => {
  it("runs nowhere in the portal, revealed or not, and the page's policy has nothing to refuse", async () => {
    for (const [what, path] of pages()) {
      await visit.open(path);
      const before = await stolen();
      await reveal();
      expect({ what, stolen: [...before, ...(await stolen())] }).toEqual({ what, stolen: [] });
      expect({ what, complaints: visit.complaints }).toEqual({ what, complaints: [] });
    }
  });

  it("is shown as the text that it is", async () => {
    await visit.open("");
    expect(await visit.page.getByText(image, { exact: false }).count()).toBeGreaterThan(0);
    await visit.open(`/calls/${encodeURIComponent(call.cdr.id)}`);
    await reveal();
    const text = await visit.page.locator("main").textContent();
    expect(text).toContain("window.stolen");
    expect(await visit.page.locator("main script, main iframe, main base").count()).toBe(0);
  });

  it("reaches its receiver as it is, in JSON", () => {
    const [hook] = hooks.of(jobId);
    expect(hook?.headers["content-type"]).toContain("application/json");
    const { cdr } = JSON.parse(String(hook?.body)) as { readonly cdr: Record<string, unknown> };
    expect(cdr["cliName"]).toBe(call.cdr["cliName"]);
  });
});
