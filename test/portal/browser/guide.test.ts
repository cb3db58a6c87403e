import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { programs } from "../../../src/portal/guide/programs.ts";
import { triggerIds } from "../fake/fake-state.ts";
import { settled, startPortal } from "./portal-under-test.ts";
import type { PortalUnderTest } from "./portal-under-test.ts";

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal[Symbol.asyncDispose]());

describe("the receiver's guide", () => {
  it("shows the tested program of each language, reached by the arrow keys", async () => {
    const { page, complaints } = await portal.open("/guide");
    await page.getByRole("tab", { name: "Node.js" }).focus();
    for (const { name, file } of programs) {
      const region = page.getByRole("region", { name: `The program (${name})` });
      await region.waitFor();
      const path = fileURLToPath(new URL(`../../../src/portal/guide/${file}`, import.meta.url));
      expect(await region.textContent()).toBe(readFileSync(path, "utf8"));
      await page.keyboard.press("ArrowRight");
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("copies a program as it is", async () => {
    const { page } = await portal.open("/guide");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("tab", { name: "Go" }).click();
    await page.getByRole("button", { name: "Copy: The program (Go)" }).click();
    await page.getByText("Copied.").first().waitFor();
    const copied = await page.evaluate("navigator.clipboard.readText()");
    const path = fileURLToPath(
      new URL("../../../src/portal/guide/go/receiver.go", import.meta.url),
    );
    expect(copied).toBe(readFileSync(path, "utf8"));
    await page.context().close();
  });

  it("tells what signs a webhook, masked, and leads to a test", async () => {
    const { page } = await portal.open("/guide");
    await settled(page);
    await page.getByLabel("Webhook", { exact: true }).selectOption(triggerIds.sales);
    await page.waitForURL(`**/guide?trigger=${triggerIds.sales}`);
    await page.getByText("whsec_***").waitFor();
    await page.getByRole("link", { name: "Send a test" }).click();
    await page.getByRole("tab", { name: "Test", selected: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/en-GB/webhooks/${triggerIds.sales}`);
    await page.context().close();
  });
});
