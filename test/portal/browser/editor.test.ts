import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantOne, triggerIds } from "../fake/fake-state.ts";
import { startPortal, settled, violationsOf } from "./portal-under-test.ts";
import type { PortalUnderTest } from "./portal-under-test.ts";

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal[Symbol.asyncDispose]());

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    const label = await focused.evaluate((element) => {
      const labels = (element as unknown as { labels?: ArrayLike<{ textContent: string | null }> })
        .labels;
      return (
        element.getAttribute("aria-label") ?? labels?.[0]?.textContent ?? element.textContent ?? ""
      );
    });
    if (label.trim() === name) return;
  }
  throw new Error(`Tab does not lead to ${name}`);
}

const nameOf = (page: Page) => page.getByLabel("Name", { exact: true });
const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

describe("a new webhook", () => {
  it("can be made by the keyboard alone, with conditions of several types", async () => {
    const { page, complaints } = await portal.open("/new");
    await settled(page);
    await tabTo(page, "Name");
    await page.keyboard.type("By keys");
    await tabTo(page, "Address");
    await page.keyboard.type("https://keys.example.com/hook");
    await tabTo(page, "Add a condition");
    await page.keyboard.press("Enter");
    await page.locator(".conditions input:focus").waitFor();
    await page.keyboard.type("caller's number");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await tabTo(page, "Operator");
    await page.keyboard.type("starts");
    await tabTo(page, "Values");
    await page.keyboard.type("+44");
    await page.keyboard.press("Enter");
    await tabTo(page, "Add a condition");
    await page.keyboard.press("Enter");
    await page.keyboard.type("dir");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await tabTo(page, "Value");
    await page.keyboard.type("inbound");
    await page.getByText(/Would have fired on [1-9]\d* of the last 1,000 calls/).waitFor();
    await tabTo(page, "Create the webhook");
    await page.keyboard.press("Enter");
    await page
      .getByRole("dialog")
      .getByText(/^whsec_/)
      .waitFor();
    await page.getByRole("button", { name: "I have copied it" }).press("Enter");
    await heading(page, "By keys").waitFor();
    const made = [...portal.state.triggers.values()].find(
      ({ trigger }) => trigger.name === "By keys",
    );
    expect(made?.trigger.filters).toEqual([
      { field: "cliNum", op: "prefix", values: ["+44"], ignoreCase: false },
      { field: "dir", op: "eq", values: ["2"], ignoreCase: false },
    ]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("is offered what recent calls have in a field, numbers only once they are asked for", async () => {
    const { page } = await portal.open("/new");
    await settled(page);
    await page.getByRole("button", { name: "Add a condition" }).click();
    await page.locator(".conditions input:focus").waitFor();
    await page.keyboard.type("ddiNum");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByPlaceholder("Value").click();
    await page.getByRole("button", { name: "Offer values of recent calls" }).click();
    await page.getByPlaceholder("Value").click();
    await page.getByRole("option", { name: "+441610000002" }).click();
    await page.getByText("The number that was dialled is +441610000002").waitFor();
    await page.getByLabel("Address").fill("https://a.example.com/");
    await page.getByText("Excludes").waitFor();
    expect(
      await page.getByText(/Would have fired on [1-9]\d* of the last 1,000 calls/).count(),
    ).toBe(1);
    await page.context().close();
  });

  it("is not made while something is wrong, which is told at its field", async () => {
    const { page } = await portal.open("/new");
    await settled(page);
    expect(await page.locator(".field.wrong").count()).toBe(0);
    await page.getByLabel("Address").fill("ftp://example.com");
    await page.getByText("This is not an https address.").waitFor();
    await page.getByRole("button", { name: "Create the webhook" }).click();
    await page.getByText("1 thing has to be put right").waitFor();
    expect(await page.getByLabel("Address").getAttribute("aria-invalid")).toBe("true");
    await page.context().close();
  });

  it("asks before it is left unsaved, also by the browser's way back", async () => {
    const { page } = await portal.open("");
    await page.getByRole("link", { name: "New webhook" }).click();
    await nameOf(page).fill("Half done");
    await page.goBack();
    await page.getByRole("dialog", { name: "Leave without saving?" }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(await nameOf(page).inputValue()).toBe("Half done");
    expect(new URL(page.url()).pathname).toBe("/en-GB/webhooks/new");
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    await page.getByRole("button", { name: "Leave" }).click();
    await page.waitForURL("**/calls");
    await page.context().close();
  });

  it("is refused with the licence named where that is full", async () => {
    const tenant = portal.state.tenants.get(tenantOne);
    const { page } = await portal.open("/new");
    await settled(page);
    if (tenant !== undefined) portal.state.tenants.set(tenantOne, { ...tenant, maxTriggers: 1 });
    await page.getByLabel("Address").fill("https://a.example.com/");
    await page.getByRole("button", { name: "Create the webhook" }).click();
    await page.getByText("The licence covers no more webhooks.").waitFor();
    await page.goto(`${portal.api.url}/en-GB/webhooks`);
    await page.getByText(/^Webhooks in use: \d+ of the 1 that the licence covers/).waitFor();
    expect(await page.getByRole("link", { name: "New webhook" }).count()).toBe(0);
    if (tenant !== undefined) portal.state.tenants.set(tenantOne, tenant);
    await page.context().close();
  });
});

describe("a saved webhook", () => {
  it("is saved with everything that was not touched as it was", async () => {
    const before = portal.state.triggers.get(triggerIds.complaints)?.trigger;
    const { page } = await portal.open(`/${triggerIds.complaints}`);
    await nameOf(page).fill("Lost at night");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved. It is in force.").first().waitFor();
    const after = portal.state.triggers.get(triggerIds.complaints)?.trigger;
    expect(after).toEqual({ ...before, name: "Lost at night" });
    await page.context().close();
  });

  it("is never written over what somebody else has saved: the second is shown the changes", async () => {
    const [first, second] = [
      await portal.open(`/${triggerIds.sales}`),
      await portal.open(`/${triggerIds.sales}`),
    ];
    await Promise.all([nameOf(first.page).waitFor(), nameOf(second.page).waitFor()]);
    await nameOf(first.page).fill("Sales, by the first");
    await first.page.getByLabel("Retries").selectOption("5");
    await first.page.getByRole("button", { name: "Save", exact: true }).click();
    await first.page.getByText("Saved. It is in force.").first().waitFor();

    await nameOf(second.page).fill("Sales, by the second");
    await second.page.getByRole("button", { name: "Save", exact: true }).click();
    const dialog = second.page.getByRole("dialog", { name: /Somebody else/ });
    await dialog.waitFor();
    expect(portal.state.triggers.get(triggerIds.sales)?.trigger.name).toBe("Sales, by the first");
    await dialog.getByText("Keep mine").click();
    await dialog.getByRole("button", { name: "Go on with my changes" }).click();
    expect(await nameOf(second.page).inputValue()).toBe("Sales, by the second");
    expect(await second.page.getByLabel("Retries").inputValue()).toBe("5");
    await second.page.getByRole("button", { name: "Save", exact: true }).click();
    await second.page.getByText("Saved. It is in force.").first().waitFor();
    const { name, action } = portal.state.triggers.get(triggerIds.sales)?.trigger ?? {};
    expect({ name, retries: action?.retries }).toEqual({
      name: "Sales, by the second",
      retries: 5,
    });
    await Promise.all([first.page.context().close(), second.page.context().close()]);
  });

  it("can be tested before it is saved, and shows what came back as text", async () => {
    const { page } = await portal.open(`/${triggerIds.slow}`);
    await page.getByRole("tab", { name: "Test" }).click();
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("thank <b>you</b>").waitFor();
    expect(await page.getByText("This would count as delivered.").count()).toBe(1);
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByLabel("Address").fill("https://refused.example.com/");
    await page.getByRole("tab", { name: "Test" }).click();
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("The address is not allowed").waitFor();
    expect(await page.locator(".notice [lang=en]").count()).toBe(1);
    await page.context().close();
  });

  it("has its secret made anew, shown once, and the old ones ended", async () => {
    const { page } = await portal.open(`/${triggerIds.sales}`);
    await page.getByRole("tab", { name: "Secret" }).click();
    await page.getByRole("button", { name: "Make a new secret" }).click();
    await page
      .getByRole("dialog")
      .getByText(/^whsec_[^*]/)
      .waitFor();
    await page.getByRole("button", { name: "I have copied it" }).click();
    await page.getByText("The older ones sign until").waitFor();
    expect(await page.getByText(/^whsec_[^*]/).count()).toBe(0);
    await page.getByRole("button", { name: "End the old secrets" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End the old secrets" }).click();
    await page.getByText("Only the newest secret signs now.").first().waitFor();
    expect(portal.state.triggers.get(triggerIds.sales)?.trigger.action.secrets).toHaveLength(1);
    await page.context().close();
  });

  it("is deleted once its name is typed", async () => {
    const { page } = await portal.open(`/${triggerIds.beyond}`);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    const confirm = page.getByRole("button", { name: "Delete the webhook" });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel("Confirmation").fill("Everything to the data lake");
    await confirm.click();
    await heading(page, "Webhooks").waitFor();
    expect(portal.state.triggers.has(triggerIds.beyond)).toBe(false);
    await page.context().close();
  });

  it("can be looked at by support, and not changed", async () => {
    const { page } = await portal.open(`/${triggerIds.sales}?tenant=${tenantOne}`, {
      role: "support",
    });
    await page.getByText("You can look at this webhook, but not change it.").waitFor();
    expect(await page.getByRole("button", { name: "Save", exact: true }).count()).toBe(0);
    expect(await nameOf(page).isDisabled()).toBe(true);
    await page.context().close();
  });
});

describe("whoever may not see what calls carry", () => {
  it("is told which condition can't be tried, why, and what can", async () => {
    const { page } = await portal.open(`/new?tenant=${tenantOne}`, { role: "operator" });
    await settled(page);
    await page.getByText(/Would have fired on 1,000 of the last 1,000 calls/).waitFor();
    await tabTo(page, "Add a condition");
    await page.keyboard.press("Enter");
    await page.locator(".conditions input:focus").waitFor();
    await page.keyboard.type("caller's number");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await tabTo(page, "Operator");
    await page.keyboard.type("starts");
    await tabTo(page, "Values");
    await page.keyboard.type("+44");
    await page.keyboard.press("Enter");
    const panel = page.getByRole("region", { name: "What it would have done" });
    await panel.getByText("Not tried on recent calls").waitFor();
    await panel.getByText(/texts? of this tenant's calls are masked for you/i).waitFor();
    const named = panel.getByRole("listitem").filter({ hasText: "The caller's number" });
    expect(await named.last().textContent()).toContain("+44");
    // What was counted before is about another draft.
    expect(await panel.getByText(/Would have fired/).count()).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });

  it("sees what a saved webhook would have done, whatever its conditions", async () => {
    const { page } = await portal.open(`/${triggerIds.sales}?tenant=${tenantOne}`, {
      role: "support",
    });
    await page.getByText(/Would have fired on [\d,]+ of the last 1,000 calls/).waitFor();
    expect(await page.getByText("Not tried on recent calls").count()).toBe(0);
    await page.context().close();
  });
});

describe("a session that ends", () => {
  it("takes nothing from who is editing: they sign in elsewhere and go on", async () => {
    const { page } = await portal.open(`/${triggerIds.slow}`);
    await nameOf(page).fill("Not saved yet");
    const principal = portal.state.sessions.get("tenant-admin");
    portal.state.sessions.delete("tenant-admin");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Your session has ended").waitFor();
    expect(await nameOf(page).inputValue()).toBe("Not saved yet");
    if (principal !== undefined) portal.state.sessions.set("tenant-admin", principal);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("Your session has ended").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved. It is in force.").first().waitFor();
    expect(portal.state.triggers.get(triggerIds.slow)?.trigger.name).toBe("Not saved yet");
    await page.context().close();
  });
});
