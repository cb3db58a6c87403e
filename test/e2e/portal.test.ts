import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violationsOf } from "../portal/browser/portal-under-test.ts";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hook, Hooks } from "../support/e2e-hooks.ts";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { callOf, newTenantId } from "../support/e2e-samples.ts";
import { addCondition, createWebhook, fillIn, sendTest, shownSecret } from "../support/newcomer.ts";
import { closeBrowser, signInBy, signInLink, visitPortal } from "../support/portal-visit.ts";
import type { Visit } from "../support/portal-visit.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const pictures = fileURLToPath(new URL("../../.cache/portal-screenshots/", import.meta.url));
const tenantId = newTenantId();
let stage: AdminStage;
let hooks: Hooks;
let visit: Visit;
let operator: string;
let triggerId = "";
let secret = "";

/** Fits all three conditions, and misses the last one. */
const fits = callOf(tenantId, { dir: 2, dur: 700, cliNum: "+447700900123" });
const misses = callOf(tenantId, { dir: 2, dur: 30, cliNum: "+447700900123" });

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  hooks = await startHooks();
  stage = await startAdminStage(stack, "portal", {
    ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1000000",
    ONHOOK_ADMIN_REQUESTS_PER_MINUTE: "100000",
  });
  await stage.platform.putTenant({ tenantId, name: "Contoso", maxTriggers: 5, suspended: false });
  operator = await stage.token({ role: "operator" });
  visit = await visitPortal(stage);
});
afterAll(async () => {
  await visit?.[Symbol.asyncDispose]();
  await closeBrowser();
  await stage?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

const widths = [390, 820, 1280] as const;

/** Holds the page against the rules of accessibility, and takes pictures of it at three widths. */
async function looked(name: string): Promise<void> {
  await visit.settled();
  expect({ name, violations: await violationsOf(visit.page) }).toEqual({ name, violations: [] });
  for (const width of widths) {
    await visit.page.setViewportSize({ width, height: 900 });
    await visit.page.screenshot({ path: `${pictures}${name}-${width}.png`, fullPage: true });
    const wider = await visit.page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect({ name, width, wider }).toEqual({ name, width, wider: 0 });
  }
  expect({ name, complaints: visit.complaints }).toEqual({ name, complaints: [] });
}

function verified({ headers, body }: Hook, by: string): boolean {
  try {
    new Webhook(by).verify(body.toString(), headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

const ofTrigger = (call: typeof fits): readonly Hook[] => hooks.of(webhookIdOf(call, triggerId));

test(
  "a link signs in, and leads to the list of the tenant's webhooks",
  { timeout: 120_000 },
  async () => {
    await signInBy(visit, await signInLink(stage, operator, tenantId));
    await visit.page.getByText("No webhooks yet").waitFor();
    expect(await visit.page.locator(".tenant").textContent()).toBe("Contoso");
    await looked("empty");
  },
);

test(
  "a webhook with three conditions is created, its secret is shown once, and it is in force",
  { timeout: 240_000 },
  async () => {
    const { page } = visit;
    await page
      .getByRole("link", { name: /new webhook|create the first webhook/i })
      .first()
      .click();
    await fillIn(page, "Long calls from Britain", hooks.url);
    await addCondition(page, 1, { find: "dir", option: "dir · number", value: "2", chosen: true });
    await addCondition(page, 2, {
      find: "cliNum",
      option: "cliNum · text",
      value: "+447700900123",
    });
    await addCondition(page, 3, {
      find: "dur",
      option: "dur · number",
      operator: "is more than",
      value: "600",
    });
    await looked("new");
    secret = await createWebhook(page);
    expect(secret).toMatch(/^whsec_/);
    [triggerId = ""] = page.url().split("/").slice(-1);
    await looked("trigger");
    await page.reload();
    await visit.settled();
    expect(await page.content()).not.toContain(secret);
  },
);

test(
  "a test request reaches the receiver, signed, and its answer is shown",
  { timeout: 120_000 },
  async () => {
    await sendTest(visit.page);
    const [hook] = hooks.all;
    expect(hook?.id).toMatch(/^test_/);
    expect(hook !== undefined && verified(hook, secret)).toBe(true);
    await looked("test-sent");
  },
);

test(
  "a call arrives, and is seen among the deliveries with its attempt",
  { timeout: 120_000 },
  async () => {
    const { page } = visit;
    await stage.platform.call(fits, misses);
    const id = webhookIdOf(fits, triggerId);
    await hooks.until(() => hooks.counts.has(id));
    expect(ofTrigger(fits).every((hook) => verified(hook, secret))).toBe(true);
    await visit.open(`/deliveries?call=${fits.cdr.id}`);
    const rows = page.locator("table.table tbody tr");
    const row = rows.filter({ has: page.locator(`a[href*="/deliveries/${id}"]`) });
    const delivered = row.filter({ hasText: "Delivered" });
    while ((await delivered.count()) === 0) {
      await page.reload();
      await visit.settled();
    }
    expect(await rows.count()).toBe(1);
    await looked("deliveries");
    await visit.open(`/deliveries/${id}`);
    await page.getByText("Delivered at the first attempt.").waitFor();
    await looked("delivery");
  },
);

test(
  "of a call that did not fire its story says which condition did not hold, and what the call has",
  { timeout: 120_000 },
  async () => {
    const { page } = visit;
    await visit.open("/calls");
    await looked("calls");
    await visit.open(`/calls/${misses.cdr.id}`);
    await page.getByText("1 of its 3 conditions does not hold.").waitFor();
    const failing = page.getByRole("listitem").filter({ hasText: "Does not hold:" });
    expect(await failing.count()).toBe(1);
    expect(await failing.textContent()).toContain("30");
    await looked("story");
  },
);

test(
  "a delivery that is sent again comes again under the same webhook-id",
  { timeout: 120_000 },
  async () => {
    const { page } = visit;
    const id = webhookIdOf(fits, triggerId);
    await visit.open(`/deliveries/${id}`);
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Send again" }).click();
    await hooks.until(() => (hooks.counts.get(id) ?? 0) > 1);
    expect(ofTrigger(fits)).toHaveLength(2);
    await looked("redelivered");
  },
);

test(
  "a new secret signs from then on, and the old one for as long as was chosen",
  { timeout: 240_000 },
  async () => {
    const { page } = visit;
    await visit.open(`/${triggerId}`);
    await page.getByRole("tab", { name: "Secret" }).click();
    await looked("secret");
    await page.getByRole("button", { name: "Make a new secret" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Copy it now").waitFor();
    const renewed = await shownSecret(page);
    expect(renewed).not.toBe(secret);
    await page.getByRole("button", { name: "I have copied it" }).click();
    const call = callOf(tenantId, { dir: 2, dur: 900, cliNum: "+447700900123" });
    const id = webhookIdOf(call, triggerId);
    await stage.platform.call(call);
    await hooks.until(() => hooks.counts.has(id));
    const [hook] = ofTrigger(call);
    expect(hook !== undefined && verified(hook, renewed) && verified(hook, secret)).toBe(true);
  },
);

test("the pages besides are in order, too", { timeout: 240_000 }, async () => {
  for (const path of ["guide", "tokens", "changes", "replays"]) {
    await visit.open(`/${path}`);
    await looked(path);
  }
  await visit.open("");
  await looked("list");
  expect(visit.complaints).toEqual([]);
});
