import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPortal, settled, violationsOf } from "./portal-under-test.ts";
import type { PortalUnderTest } from "./portal-under-test.ts";

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal[Symbol.asyncDispose]());

describe("the shell", () => {
  it("names the tenant, and leads to every page that one may see", async () => {
    const { page, complaints } = await portal.open("");
    await settled(page);
    const links = await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link")
      .allTextContents();
    expect(links).toEqual([
      "Webhooks",
      "Calls",
      "Deliveries",
      "Receiver's guide",
      "Tokens",
      "Changes",
    ]);
    expect(await page.locator(".tenant").textContent()).toBe("Wayne Telecom");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("shows on a phone, too, where one is", async () => {
    const { page } = await portal.open("/changes", { width: 360 });
    await settled(page);
    const navigation = page.getByRole("navigation", { name: "Main" });
    const boxOf = (name: string) => navigation.getByRole("link", { name }).boundingBox();
    const changes = await boxOf("Changes");
    expect(changes?.x).toBeGreaterThan(0);
    expect((changes?.x ?? 0) + (changes?.width ?? 360)).toBeLessThanOrEqual(360);
    expect(await page.evaluate("scrollY")).toBe(0);
    await page.goto(`${portal.api.url}/en-GB/webhooks`);
    await settled(page);
    expect((await boxOf("Webhooks"))?.x).toBeGreaterThan(0);
    await page.context().close();
  });

  it("keeps a chosen theme for the next time", async () => {
    const { page } = await portal.open("");
    await page.getByLabel("Colours").selectOption("dark");
    await page.reload();
    await page.locator("h1").waitFor();
    expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });

  it("shows the same page in another language", async () => {
    const { page } = await portal.open("/calls");
    await page.getByLabel("Language").selectOption("fr-FR");
    await page.waitForURL("**/fr-FR/webhooks/calls");
    expect(await page.evaluate("document.documentElement.lang")).toBe("fr-FR");
    await page.getByRole("link", { name: "Envois" }).waitFor();
    await page.context().close();
  });

  it("moves the focus to the content when a link is followed, and tells the title", async () => {
    const { page } = await portal.open("");
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    await page.waitForURL("**/webhooks/calls");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("main");
    await page.goBack();
    await page.waitForURL("**/en-GB/webhooks");
    await expect.poll(() => page.title()).toBe("Webhooks · Onhook");
    await page.context().close();
  });

  it("sends who is not signed in to the sign-in page, with the way back", async () => {
    const { page } = await portal.open("/calls?x=1", { role: null });
    await page.waitForURL("**/sign-in?*");
    expect(new URL(page.url()).searchParams.get("return")).toBe("/en-GB/webhooks/calls?x=1");
    await page.context().close();
  });

  it("sends who looks after many tenants to choose one, and keeps the chosen one in links", async () => {
    const { page } = await portal.open("/calls", { role: "support" });
    await page.waitForURL("**/tenants");
    const { tenantId } = [...portal.state.tenants.values()][0] ?? { tenantId: "" };
    await page.goto(`${portal.api.url}/en-GB/webhooks?tenant=${tenantId}`);
    await page.getByRole("link", { name: "Deliveries" }).click();
    await page.waitForURL("**/deliveries?**");
    expect(new URL(page.url()).search).toBe(`?tenant=${tenantId}`);
    await page.context().close();
  });

  it("tells that it could not be read who is signed in, and goes on when it can", async () => {
    const context = await portal.open("", { role: "support" }).then(({ page }) => page.context());
    const page = await context.newPage();
    portal.state.failures.set("readMe", { status: 429, code: "RATE_LIMITED" });
    await page.goto(`${portal.api.url}/en-GB/webhooks/tenants`);
    await page.getByRole("alert").waitFor();
    portal.state.failures.clear();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("h1").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await context.close();
  });

  it("tells that the service does not answer, and goes on when it does", async () => {
    const { page } = await portal.open("");
    await settled(page);
    portal.state.failures.set("listTriggers", { status: 503, code: "ADMIN_NOT_READY" });
    await page.reload();
    await page.getByText("The service is starting").first().waitFor();
    portal.state.failures.clear();
    await page.getByRole("button", { name: "Try again" }).first().click();
    await page.getByRole("link", { name: "Sales calls to the CRM" }).waitFor();
    expect(await page.getByText("The service is starting").count()).toBe(0);
    await page.context().close();
  });
});
