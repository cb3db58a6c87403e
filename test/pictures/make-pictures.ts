import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { startProgram } from "../support/e2e-lines.ts";
import { plainEnv } from "../support/e2e-names.ts";
import {
  addCondition,
  createWebhook,
  fillIn,
  openNewWebhook,
  sendTest,
} from "../support/newcomer.ts";
import { closeBrowser, signInBy, visitPortal } from "../support/portal-visit.ts";

/**
 * `npm run pictures`: goes the README's way to a first webhook through a real demo, and takes the pictures that stand
 * there. What is on them is what the demo shows at that moment.
 */
const folder = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));

/** As narrow as the page may be with everything beside each other; small files. */
const width = 1160;

async function picture(page: Page, name: string, height: number): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.screenshot({ path: `${folder}${name}.png` });
}

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await using demo = startProgram(["demo", "--rate", "10"], plainEnv(), 600_000);
const [, link = ""] = await demo.line(/Sign in, once, as [^:]+: (\S+)/);
const [, yours = ""] = await demo.line(/receiver for webhooks of your own: (\S+)/);
// So that there is something to see of the past.
await demo.line(/delivered=[1-9]\d\d/);
{
  await using visit = await visitPortal({ url: new URL(link).origin, width });
  const { page } = visit;
  await signInBy(visit, link);
  await picture(page, "webhooks", 560);
  await openNewWebhook(page);
  await fillIn(page, "My first webhook", yours);
  await addCondition(page, 1, { find: "dir", option: "dir · number", value: "2", chosen: true });
  await page.getByText(/^Excludes [\d,]+ recent calls/).waitFor();
  await visit.settled();
  await page.evaluate("scrollTo(0, 0)");
  await picture(page, "new-webhook", 900);
  await createWebhook(page);
  await page.getByRole("button", { name: "Close" }).click();
  await sendTest(page);
  await picture(page, "test-request", 760);
  await demo.line(/→ yours · POST · [\da-f-]{36} · attempt 1/);
  await page.getByRole("link", { name: "Calls", exact: true }).click();
  await visit.settled();
  // One for which it did not fire.
  await page.getByRole("row").filter({ hasText: "outbound" }).getByRole("link").first().click();
  await visit.settled();
  await picture(page, "call", 980);
  await page.getByRole("link", { name: "Deliveries", exact: true }).click();
  await visit.settled();
  await picture(page, "deliveries", 560);
}
await closeBrowser();
await demo.stop("SIGINT");
