import type { Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCondition } from "../../support/newcomer.ts";
import { triggerIds } from "../fake/fake-state.ts";
import { startPortal, settled } from "./portal-under-test.ts";
import type { PortalUnderTest } from "./portal-under-test.ts";

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal[Symbol.asyncDispose]());

const nameOf = (page: Page) => page.getByLabel("Name", { exact: true });
const focusedLabel = (page: Page) =>
  page.evaluate(
    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()",
  );

describe("the form of a webhook", () => {
  it("can have its hours and times typed anew, with nothing chosen in between", async () => {
    const { page } = await portal.open("/new");
    await settled(page);
    await page.getByRole("button", { name: "Add a condition" }).click();
    await page.locator(".conditions input:focus").waitFor();
    await page.keyboard.type("when the call began");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByLabel("Operator").selectOption("gt");
    const time = page.locator("input[type=datetime-local]");
    await time.fill("2026-05-03T10:11:12");
    await time.focus();
    // Past day and month, in whichever order the browser has them.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.type("2027", { delay: 20 });
    expect(await time.inputValue()).toBe("2027-05-03T10:11:12");

    await page.getByLabel("Operator").selectOption("localTime");
    const from = page.getByLabel("From", { exact: true });
    await from.focus();
    await page.keyboard.press("Backspace");
    await page.keyboard.type("0730");
    expect(await from.inputValue()).toBe("07:30");
    const days = page.locator(".day-box input");
    for (let day = 0; day < 5; day += 1) await days.nth(day).uncheck();
    await page.getByText("One of the hours has no days, or no length.").waitFor();
    await days.nth(5).check();
    await page.getByText("One of the hours has no days").waitFor({ state: "detached" });
    await page.context().close();
  });

  it("is busy beside what is typed until what stands there is about that", async () => {
    const { page } = await portal.open("/new");
    await settled(page);
    const panel = page.getByRole("region", { name: "What it would have done" });
    expect(await panel.getAttribute("aria-busy")).toBeNull();
    const { promise: held, resolve } = Promise.withResolvers<Route>();
    await page.route("**/dry-run", async (route) => {
      // The one before is about a condition that has no value yet.
      if (route.request().postData()?.includes('"values":["2"]') === true) resolve(route);
      else await route.continue();
    });
    await addCondition(page, 1, { find: "dir", option: "dir · number", value: "2", chosen: true });
    expect(await panel.getAttribute("aria-busy")).toBe("true");
    const asked = await held;
    expect(await panel.getByText(/Would have fired on/).count()).toBe(1);
    expect(await panel.getAttribute("aria-busy")).toBe("true");
    await asked.continue();
    await panel.and(page.locator(":not([aria-busy])")).waitFor();
    expect(await page.getByText(/^Excludes [\d,]+ recent calls/).count()).toBe(1);
    await page.context().close();
  });

  it("says of an answer to a test request that it has no body, where it has none", async () => {
    const { page } = await portal.open(`/${triggerIds.slow}`);
    await page.getByLabel("Address").fill("https://silent.example.com/");
    await page.getByRole("tab", { name: "Test" }).click();
    await page.getByRole("button", { name: "Send" }).click();
    const answer = page.getByRole("region", { name: "Answer" });
    await answer.getByText("The answer has no body.").waitFor();
    expect(await answer.getByRole("button").count()).toBe(0);
    await page.context().close();
  });

  it("tells that it could not be checked, and nothing of what was found before", async () => {
    const { page } = await portal.open("/new");
    await settled(page);
    await page.getByText(/Would have fired on/).waitFor();
    portal.state.failures.set("checkTrigger", { status: 429, code: "RATE_LIMITED" });
    await nameOf(page).fill("Unchecked");
    const side = page.locator(".editor-side");
    await side.getByRole("alert").waitFor();
    expect(await side.getByText(/Would have fired on/).count()).toBe(0);
    expect(await side.locator("[aria-busy=true], .spinner").count()).toBe(0);
    portal.state.failures.clear();
    await side.getByRole("button", { name: "Try again" }).click();
    await page.getByText(/Would have fired on/).waitFor();
    await page.context().close();
  });

  it("has a new password in the place of the mask, and the old one where none is typed", async () => {
    const { page } = await portal.open(`/${triggerIds.slow}`);
    await page.getByLabel("Scheme").selectOption("bearer");
    const token = page.getByLabel("Token", { exact: true });
    await token.fill("first");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(() => token.inputValue()).toBe("***");
    await token.press("End");
    await page.keyboard.type("new");
    expect(await token.inputValue()).toBe("new");
    await token.fill("");
    await token.blur();
    expect(await token.inputValue()).toBe("***");
    expect(await page.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);
    await page.context().close();
  });

  it("keeps the focus where something was taken out or moved", async () => {
    const { page } = await portal.open(`/${triggerIds.sales}`);
    await settled(page);
    await page.getByRole("button", { name: "Move condition 2 up" }).press("Enter");
    await expect.poll(() => focusedLabel(page)).toBe("Move condition 1 down");
    await page.getByRole("button", { name: "Remove condition 4" }).press("Enter");
    await page.locator(".conditions > li:last-child input:focus").waitFor();
    for (const number of [3, 2, 1])
      await page.getByRole("button", { name: `Remove condition ${number}` }).press("Enter");
    await expect.poll(() => focusedLabel(page)).toBe("Add a condition");
    await page.context().close();
  });

  it("takes a field whose whole name was typed when one goes on by Tab", async () => {
    const { page } = await portal.open("/new");
    await settled(page);
    await page.getByRole("button", { name: "Add a condition" }).click();
    await page.locator(".conditions input:focus").waitFor();
    await page.keyboard.type("cliNu");
    await page.getByText("press Enter to take this name as it is").waitFor();
    await page.keyboard.type("m");
    await page.keyboard.press("Tab");
    const field = page.getByRole("combobox", { name: "Field" });
    await expect.poll(() => field.inputValue()).toBe("The caller's number");
    await page.context().close();
  });

  it("shows a call in full once for each question, and masks the next one", async () => {
    const { page } = await portal.open(`/${triggerIds.sales}`);
    await settled(page);
    const looks: string[] = [];
    page.on("request", (request) => {
      if (request.postData()?.includes('"reveal":true') === true) looks.push(request.url());
    });
    const panel = page.locator("section", { has: page.locator("#preview-title") });
    await panel.getByLabel("Call", { exact: true }).selectOption({ index: 1 });
    await panel.getByRole("button", { name: "Show values" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Show values" }).click();
    await panel.getByRole("button", { name: "Mask values" }).waitFor();
    await expect.poll(() => looks.length).toBe(1);
    await panel.getByLabel("Call", { exact: true }).selectOption({ index: 2 });
    await panel.getByRole("button", { name: "Show values" }).waitFor();
    await nameOf(page).fill("Changed");
    await settled(page);
    expect(looks).toHaveLength(1);
    await page.context().close();
  });
});
