import type { Locator, Page, Route } from "playwright-core";
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

const focused = async (place: Locator) =>
  (await place.and(place.page().locator(":focus")).count()) === 1;
const leaving = (page: Page) => page.getByRole("dialog", { name: "Leave without saving?" });

/** Holds a request of a method to an address that ends so back until it is let go. */
async function hold(page: Page, method: string, end = ""): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<Route>();
  await page.route(`**/api/v1/**${end}`, async (route) => {
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

describe("a webhook that is being created", () => {
  const create = (page: Page) => page.getByRole("button", { name: "Create the webhook" });
  const sign = (page: Page) => page.getByLabel("Sign the requests");
  const called = (name: string) =>
    [...portal.state.triggers.values()].filter(({ trigger }) => trigger.name === name);
  async function fillIn(name: string): Promise<Page> {
    const { page } = await portal.open("/new");
    await nameOf(page).fill(name);
    await page.getByLabel("Address").fill("https://new.example.com/");
    return page;
  }

  it("keeps what is typed meanwhile, as not saved yet, on the page that opens", async () => {
    const page = await fillIn("Sent unsigned");
    await sign(page).uncheck();
    const letGo = await hold(page, "POST", "/triggers");
    await create(page).click();
    await nameOf(page).fill("Typed on");
    expect(await focused(nameOf(page))).toBe(true);
    await letGo();
    await page.getByText("What you have typed since is not saved yet.").first().waitFor();
    await page.waitForURL(/\/webhooks\/[\da-f-]{36}$/);
    expect(await nameOf(page).inputValue()).toBe("Typed on");
    await save(page).click();
    await page.getByText("Saved. It is in force.").first().waitFor();
    expect([called("Sent unsigned").length, called("Typed on").length]).toEqual([0, 1]);
    await page.context().close();
  });

  it("keeps it over its secret, and asks before it is left", async () => {
    const page = await fillIn("Sent signed");
    const letGo = await hold(page, "POST", "/triggers");
    await create(page).click();
    await page.getByLabel("Retries").selectOption("3");
    await letGo();
    await page.getByRole("button", { name: "I have copied it" }).click();
    await page.waitForURL(/\/webhooks\/[\da-f-]{36}$/);
    expect(await page.getByLabel("Retries").inputValue()).toBe("3");
    expect(await nameOf(page).inputValue()).toBe("Sent signed");
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    await leaving(page).getByRole("button", { name: "Leave" }).click();
    await page.waitForURL("**/calls");
    await page.goBack();
    await nameOf(page).waitFor();
    expect(await page.getByLabel("Retries").inputValue()).toBe("1");
    await page.context().close();
  });

  it("is created once, and with the secret that was asked for, whatever is pressed meanwhile", async () => {
    const page = await fillIn("Once");
    const letGo = await hold(page, "POST", "/triggers");
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/triggers"))
        asked.push(request.url());
    });
    await nameOf(page).press("Enter");
    await nameOf(page).press("Enter");
    await create(page).click({ force: true });
    await sign(page).focus();
    await page.keyboard.press("Space");
    expect(await sign(page).isChecked()).toBe(true);
    expect(await sign(page).getAttribute("aria-disabled")).toBe("true");
    expect(await focused(sign(page))).toBe(true);
    await letGo();
    await page.getByRole("button", { name: "I have copied it" }).click();
    await page.waitForURL(/\/webhooks\/[\da-f-]{36}$/);
    expect([asked.length, called("Once").length]).toEqual([1, 1]);
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
