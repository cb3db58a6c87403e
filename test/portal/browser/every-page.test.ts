import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantOne, triggerIds } from "../fake/fake-state.ts";
import { overflowOf, settled, startPortal, violationsOf } from "./portal-under-test.ts";
import type { OpenOptions, PortalUnderTest } from "./portal-under-test.ts";

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal[Symbol.asyncDispose]());

const job = (index: number): string => `aaaaaaaa-0000-4000-8000-${String(index).padStart(12, "0")}`;
const call = "00000000-0000-4000-8000-000000000000";
const operator = { role: "operator" } as const;

const visits: readonly (readonly [string, OpenOptions])[] = [
  ["/sign-in", { role: null }],
  ["/deliveries", {}],
  [`/deliveries?state=dead&range=custom&from=2026-01-01T10:00`, {}],
  [`/deliveries/${job(2)}`, {}],
  [`/deliveries/${job(3)}`, {}],
  ["/calls", {}],
  [`/calls/${call}`, {}],
  ["/calls/nothing", {}],
  [`/guide?trigger=${triggerIds.sales}`, {}],
  ["/tokens", {}],
  ["/tokens", operator],
  ["/changes", {}],
  ["/changes", operator],
  ["/tenants", operator],
  ["/dead-letters", operator],
  ["/replays", {}],
  [`/deliveries?tenant=${tenantOne}`, { role: "support" }],
];

/** Between them each theme and language. */
const looks: readonly (readonly [string, OpenOptions])[] = [
  ["light on a desk", { theme: "light", width: 1280 }],
  ["dark on a phone, in French", { theme: "dark", width: 360, locale: "fr-FR" }],
];

describe.each(looks)("%s", (_, look) => {
  it.each(visits)("%s is whole, and axe finds nothing wrong with it %j", async (path, options) => {
    const { page, complaints } = await portal.open(path, { ...options, ...look });
    await settled(page);
    expect(await violationsOf(page)).toEqual([]);
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("on a tablet", () => {
  it.each(["/calls", "/tokens", "/dead-letters"])("the table of %s is whole", async (path) => {
    for (const [width, locale] of [
      [768, "en-GB"],
      [901, "fr-FR"],
    ] as const) {
      const { page } = await portal.open(path, { ...operator, width, locale });
      await page.goto(`${page.url().split("?", 1)[0]}?tenant=${tenantOne}`);
      await settled(page);
      expect(await overflowOf(page)).toBeLessThanOrEqual(0);
      await page.context().close();
    }
  });
});

describe("dialogs", () => {
  it.each([
    ["/tokens", {}, "Make a token"],
    ["/tenants", operator, "Add a licence"],
    ["/tenants", operator, "Make a sign-in link: Wayne Telecom"],
    [`/deliveries/${job(3)}`, {}, "Send again"],
    [`/calls/${call}`, {}, "Show values"],
  ] as const)(
    "of %s %j, %s, give the focus back, and axe finds nothing wrong",
    async (...visit) => {
      const [path, options, button] = visit;
      const { page } = await portal.open(path, { ...options, theme: "dark", width: 360 });
      await settled(page);
      await page.getByRole("button", { name: button, exact: true }).click();
      await page.getByRole("dialog").waitFor();
      expect(await violationsOf(page)).toEqual([]);
      expect(await overflowOf(page)).toBeLessThanOrEqual(0);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      const focused = page.getByRole("button", { name: button, exact: true });
      expect(await focused.evaluate((each) => each === each.ownerDocument.activeElement)).toBe(
        true,
      );
      await page.context().close();
    },
  );
});
