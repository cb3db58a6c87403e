import { afterAll, beforeAll, expect, test } from "vitest";
import { violationsOf } from "../portal/browser/portal-under-test.ts";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import { newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { closeBrowser, signInBy, signInLink, visitPortal } from "../support/portal-visit.ts";
import type { Visit } from "../support/portal-visit.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const tenantId = newTenantId();
const trigger = { ...triggerOf({ tenantId, url: "http://127.0.0.1:9999/a" }), name: "Before" };
const path = `/tenants/${tenantId}/triggers/${trigger.triggerId}`;
let stage: AdminStage;
let operator: string;
let first: Visit;
let second: Visit;

beforeAll(async () => {
  stage = await startAdminStage(stack, "two", {
    ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1000000",
  });
  operator = await stage.token({ role: "operator" });
  await stage.service.hasApplied(await stage.platform.putTrigger(trigger));
  first = await visitPortal(stage);
  second = await visitPortal(stage);
  for (const visit of [first, second])
    await signInBy(visit, await signInLink(stage, operator, tenantId));
});
afterAll(async () => {
  await first?.[Symbol.asyncDispose]();
  await second?.[Symbol.asyncDispose]();
  await closeBrowser();
  await stage?.[Symbol.asyncDispose]();
});

async function saved(): Promise<{
  readonly name: string;
  readonly url: string;
  readonly retries: number;
}> {
  const answer = await stage.api(operator).ask("GET", path);
  const { name, action } = answer.json() as {
    readonly name: string;
    readonly action: { readonly url: string; readonly retries: number };
  };
  return { name, url: action.url, retries: action.retries };
}

test(
  "who saves second is told what the first has changed, and overwrites nothing",
  { timeout: 180_000 },
  async () => {
    for (const visit of [first, second]) {
      await visit.open(`/${trigger.triggerId}`);
      await visit.page.getByLabel("Name", { exact: true }).waitFor();
    }
    await first.page.getByLabel("Address", { exact: true }).fill("http://127.0.0.1:9999/theirs");
    await second.page.getByLabel("Name", { exact: true }).fill("Mine");
    await first.page.getByRole("button", { name: "Save", exact: true }).click();
    await first.page.getByText("Saved. It is in force.").first().waitFor();
    await second.page.getByRole("button", { name: "Save", exact: true }).click();
    const dialog = second.page.getByRole("dialog");
    await dialog.getByText("Somebody else has saved this webhook meanwhile").waitFor();
    await dialog.getByText("http://127.0.0.1:9999/theirs").first().waitFor();
    expect(await violationsOf(second.page)).toEqual([]);
    expect(await saved()).toMatchObject({ name: "Before", url: "http://127.0.0.1:9999/theirs" });
  },
);

test(
  "they can go on on top of it, and then both changes are there",
  { timeout: 120_000 },
  async () => {
    const { page } = second;
    await page.getByRole("dialog").getByRole("button", { name: "Go on with my changes" }).click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved. It is in force.").first().waitFor();
    expect(await saved()).toMatchObject({ name: "Mine", url: "http://127.0.0.1:9999/theirs" });
  },
);

test("by the API a version that is not the last is refused, and so is none at all", async () => {
  const api = stage.api(operator);
  const read = await api.ask("GET", path);
  const etag = String(read.headers.etag);
  const patch = (name: string, headers: Readonly<Record<string, string>>) =>
    api.ask("PATCH", path, { body: { name }, headers });
  expect((await patch("first", { "if-match": etag })).status).toBe(200);
  const late = await patch("second", { "if-match": etag });
  expect(late.status).toBe(412);
  expect(late.json()).toMatchObject({ code: "TRIGGER_CHANGED" });
  expect((await patch("blind", {})).status).toBe(428);
  expect(await saved()).toMatchObject({ name: "first" });
});
