import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostileName } from "../fake/fake-calls.ts";
import { makeState, tenantOne, triggerIds } from "../fake/fake-state.ts";
import { overflowOf, settled, startPortal, violationsOf } from "./portal-under-test.ts";
import type { PortalUnderTest } from "./portal-under-test.ts";

const paths = ["", "/new", `/${triggerIds.sales}`, `/${triggerIds.complaints}`, "/nowhere"];
const tabs = ["Test", "Secret"];
const themes = ["light", "dark"] as const;

let portal: PortalUnderTest;
let hostile: PortalUnderTest;
beforeAll(async () => {
  const state = makeState();
  const stored = state.triggers.get(triggerIds.sales);
  if (stored !== undefined) {
    const name = `${hostileName} \u202Egnp.exe ${"long ".repeat(30)}${"x".repeat(10_000)}`;
    const trigger = { ...stored.trigger, name, disabledReason: hostileName };
    state.triggers.set(triggerIds.sales, { ...stored, trigger });
  }
  [portal, hostile] = await Promise.all([startPortal(), startPortal(state)]);
});
afterAll(async () => {
  await Promise.all([portal[Symbol.asyncDispose](), hostile[Symbol.asyncDispose]()]);
});

describe.each(themes)("in the theme %s", (theme) => {
  it.each(paths)("axe finds nothing wrong with the page '%s'", async (path) => {
    const { page, complaints } = await portal.open(path, { theme });
    await settled(page);
    expect(await violationsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(tabs)("axe finds nothing wrong with the tab %s", async (tab) => {
    const { page } = await portal.open(`/${triggerIds.sales}`, { theme });
    await page.getByRole("tab", { name: tab }).click();
    await settled(page);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });
});

describe("on a phone", () => {
  it.each(paths)("the page '%s' is not wider than the window of 360 px", async (path) => {
    const { page } = await portal.open(path, { width: 360 });
    await settled(page);
    expect(await overflowOf(page)).toBe(0);
    await page.context().close();
  });

  it.each(["fr-FR"])("nor is the editor in %s", async (locale) => {
    const { page } = await portal.open("/new", { width: 360, locale });
    await settled(page);
    expect(await overflowOf(page)).toBe(0);
    await page.context().close();
  });
});

describe("hostile texts", () => {
  it.each(["", `/${triggerIds.sales}`])(
    "are shown as text on the page '%s', and break nothing",
    async (path) => {
      const { page, complaints } = await hostile.open(path, { width: 360 });
      await settled(page);
      await page.getByText(hostileName).first().waitFor();
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      expect(await page.locator("main img").count()).toBe(0);
      expect(await overflowOf(page)).toBe(0);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );
});

describe("while the history can not be read", () => {
  const texts = {
    "en-GB": { none: "No attempts", away: "Not available", retry: "Try again" },
    "fr-FR": { none: "Aucune tentative", away: "Non disponible", retry: "Réessayer" },
  } as const;

  it.each(["en-GB", "fr-FR"] as const)(
    "the list says in %s that its figures are not available, and shows them when they are again",
    async (locale) => {
      const { none, away, retry } = texts[locale];
      portal.state.historyAway = true;
      const { page } = await portal.open("", { locale, width: 360 });
      await settled(page);
      const rows = await page.getByRole("row").count();
      const figures = page.getByRole("cell").getByText(away);
      expect(await figures.count()).toBe(rows - 1);
      expect(await page.getByText(none).count()).toBe(0);
      expect(await page.locator(".sparkline").count()).toBe(0);
      expect(await violationsOf(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);

      portal.state.historyAway = false;
      await page.getByRole("button", { name: retry }).press("Enter");
      await page.locator(".sparkline").first().waitFor();
      expect(await page.locator(".notice").count()).toBe(0);
      await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("main");
      await page.context().close();
    },
  );
});

describe("a tenant without webhooks", () => {
  it("is led to its first one", async () => {
    const empty = [...portal.state.tenants.keys()].find((tenantId) => tenantId !== tenantOne);
    const { page } = await portal.open(`?tenant=${empty}`, { role: "operator" });
    await settled(page);
    await page.getByRole("link", { name: "Create the first webhook" }).click();
    await page.getByLabel("Address").waitFor();
    expect(new URL(page.url()).searchParams.get("tenant")).toBe(empty);
    await page.context().close();
  });
});
