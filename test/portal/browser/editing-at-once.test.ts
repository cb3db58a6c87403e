import type { Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { triggerIds } from "../fake/fake-state.ts";
import { startPortal } from "./portal-under-test.ts";
import type { PortalUnderTest } from "./portal-under-test.ts";

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal[Symbol.asyncDispose]());

const nameOf = (page: Page) => page.getByLabel("Name", { exact: true });
const save = (page: Page) => page.getByRole("button", { name: "Save", exact: true });
const savedTrigger = (triggerId: string) => portal.state.triggers.get(triggerId)?.trigger;

/** Holds requests of a method back until they are let go. */
async function hold(page: Page, method: string): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<Route>();
  await page.route("**/api/v1/**", async (route) => {
    if (route.request().method() === method) resolve(route);
    else await route.continue();
  });
  return async () => (await promise).continue();
}

describe("a webhook that is edited at once", () => {
  it("keeps what somebody else has saved when its secret is made anew", async () => {
    const { sales } = triggerIds;
    const secrets = savedTrigger(sales)?.action.secrets;
    const [first, second] = [await portal.open(`/${sales}`), await portal.open(`/${sales}`)];
    await nameOf(second.page).fill("Mine");
    await first.page.getByLabel("Address").fill("https://theirs.example.com/");
    await save(first.page).click();
    await first.page.getByText("Saved. It is in force.").first().waitFor();

    await second.page.getByRole("tab", { name: "Secret" }).click();
    await second.page.getByRole("button", { name: "Make a new secret" }).click();
    const dialog = second.page.getByRole("dialog", { name: /Somebody else/ });
    await dialog.getByText("https://theirs.example.com/").waitFor();
    expect(savedTrigger(sales)?.action.secrets).toEqual(secrets);
    await dialog.getByRole("button", { name: "Go on with my changes" }).click();
    await second.page.getByRole("button", { name: "Make a new secret" }).click();
    await second.page.getByRole("button", { name: "I have copied it" }).click();
    await second.page.getByRole("tab", { name: "Settings" }).click();
    await save(second.page).click();
    await second.page.getByText("Saved. It is in force.").first().waitFor();
    expect(savedTrigger(sales)).toMatchObject({
      name: "Mine",
      action: { url: "https://theirs.example.com/" },
    });
    await Promise.all([first.page.context().close(), second.page.context().close()]);
  });

  it("keeps what is typed while it is being saved", async () => {
    const { page } = await portal.open(`/${triggerIds.slow}`);
    await nameOf(page).fill("Sent");
    const letGo = await hold(page, "PUT");
    await save(page).click();
    await nameOf(page).fill("Typed on");
    await letGo();
    await page.getByText("Saved. It is in force.").first().waitFor();
    expect(savedTrigger(triggerIds.slow)?.name).toBe("Sent");
    expect(await nameOf(page).inputValue()).toBe("Typed on");
    expect(await save(page).isDisabled()).toBe(false);
    await page.context().close();
  });
});

describe("the list of webhooks", () => {
  it("shows two that are switched at once as both are", async () => {
    const { page } = await portal.open("");
    const held: Route[] = [];
    await page.route("**/disable", (route) => void held.push(route));
    const switches = page.getByRole("switch", { checked: true });
    await switches.first().waitFor();
    const disabled = page.locator("tbody .badge", { hasText: "Off" });
    const before = await disabled.count();
    await switches.first().click();
    await switches.first().click();
    await expect.poll(() => held.length).toBe(2);
    await Promise.all(held.map((route) => route.continue()));
    await expect.poll(() => disabled.count()).toBe(before + 2);
    await page.context().close();
  });
});

describe("unsaved changes", () => {
  const leaving = (page: Page) => page.getByRole("dialog", { name: "Leave without saving?" });

  it("are not asked for on the page that they are on, and still where it is left", async () => {
    const { page } = await portal.open(`/${triggerIds.complaints}`);
    await nameOf(page).fill("Not saved");
    await page.getByRole("tab", { name: "Deliveries" }).click();
    await page.getByLabel("State", { exact: true }).selectOption("dead");
    await page.waitForURL("**state=dead**");
    expect(await leaving(page).count()).toBe(0);
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    await leaving(page).getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("tab", { name: "Settings" }).click();
    expect(await nameOf(page).inputValue()).toBe("Not saved");
    await page.context().close();
  });

  it("are left alone by the link to the content", async () => {
    const { page } = await portal.open(`/${triggerIds.complaints}`);
    await nameOf(page).fill("Not saved");
    const before = page.url();
    const skip = page.getByRole("link", { name: "Skip to the content" });
    await skip.press("Enter");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("main");
    expect(page.url()).toBe(before);
    expect(await leaving(page).count()).toBe(0);
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    await leaving(page).waitFor();
    await page.context().close();
  });
});
