import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tokenTexts } from "../fake/fake-state.ts";
import { settled, startPortal } from "./portal-under-test.ts";
import type { PortalUnderTest } from "./portal-under-test.ts";

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal[Symbol.asyncDispose]());

const nobody = { role: null };

describe("signing in", () => {
  it("by a token leads back to the page that was asked for", async () => {
    const { page, complaints } = await portal.open("/calls", nobody);
    await page.getByLabel("Token", { exact: true }).fill(tokenTexts["tenant-admin"]);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "Calls" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/en-GB/webhooks/calls");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("tells that a token was refused, and leaves what was typed", async () => {
    const { page } = await portal.open("/sign-in", nobody);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("Enter a token.").waitFor();
    await page.getByLabel("Token", { exact: true }).fill("onhook_wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("This token was refused").waitFor();
    expect(await page.getByLabel("Token", { exact: true }).inputValue()).toBe("onhook_wrong");
    await page.context().close();
  });

  it("by a link takes its code out of the address at once", async () => {
    const { page } = await portal.open("/sign-in#code=tenant-admin", nobody);
    await page.getByText("Ada Admin").waitFor();
    expect(page.url()).toBe(`${portal.api.url}/en-GB/webhooks`);
    await page.goBack().catch(() => null);
    expect(page.url()).not.toContain("code");
    await page.context().close();
  });

  it("tells that a link counts no more, and offers the other ways", async () => {
    const { page } = await portal.open("/sign-in#code=used", nobody);
    await page.getByRole("alert").getByText("This link was refused").waitFor();
    expect(page.url()).not.toContain("code");
    await page.getByLabel("Token", { exact: true }).waitFor();
    const provider = page.getByRole("link", { name: "Sign in with your account" });
    expect(await provider.getAttribute("href")).toBe("/sign-in/oidc?return=%2Fen-GB%2Fwebhooks");
    await page.context().close();
  });

  it("leads to no other site, whatever the address says", async () => {
    const { page } = await portal.open(
      "/sign-in?return=//evil.example/x#code=tenant-admin",
      nobody,
    );
    await page.getByText("Ada Admin").waitFor();
    expect(page.url()).toBe(`${portal.api.url}/en-GB/webhooks`);
    await page.context().close();
  });

  it("tells until when to wait after too many attempts, and sends no more before", async () => {
    portal.state.failures.set("signIn", {
      status: 429,
      code: "TOO_MANY_ATTEMPTS",
      retryAfterSeconds: 60,
    });
    const { page } = await portal.open("/sign-in", nobody);
    await page.getByLabel("Token", { exact: true }).fill("onhook_wrong");
    await page.keyboard.press("Enter");
    await page.getByText("You can try again at").waitFor();
    expect(await page.getByRole("button", { name: "Sign in", exact: true }).isDisabled()).toBe(
      true,
    );
    portal.state.failures.clear();
    await page.context().close();
  });

  it("tells what the identity provider came back with", async () => {
    const { page } = await portal.open("/sign-in?error=FORBIDDEN", nobody);
    await settled(page);
    expect(await page.getByRole("alert").textContent()).toContain("gives you no role here");
    await page.context().close();
  });
});
