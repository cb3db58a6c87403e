import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";
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

/** What the bar with the buttons, which stays at the end of the window, takes of it, in px. */
const saveBar = 88;

/** So high that `last` is whole, with `below` px under it: nothing is cut. */
async function picture(page: Page, name: string, last: Locator, below = 24): Promise<void> {
  await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)");
  const box = await last.boundingBox();
  if (box === null) throw new Error(`nothing ends the picture ${name}`);
  await page.setViewportSize({ width, height: Math.ceil(box.y + box.height + below) });
  await page.screenshot({ path: `${folder}${name}.png` });
}

/** Resolves once what stands beside the form is about the conditions as they are typed. */
async function dryRun(page: Page): Promise<void> {
  const panel = page.getByRole("region", { name: "What it would have done" });
  await panel.and(page.locator(":not([aria-busy])")).waitFor();
  await page.getByText(/^Excludes [\d,]+ recent calls/).waitFor();
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
  await picture(page, "webhooks", page.getByRole("table"));
  await openNewWebhook(page);
  await fillIn(page, "My first webhook", yours);
  await addCondition(page, 1, { find: "dir", option: "dir · number", value: "2", chosen: true });
  await dryRun(page);
  await visit.settled();
  const add = page.getByRole("button", { name: "Add a condition" });
  await picture(page, "new-webhook", add, saveBar);
  await createWebhook(page);
  await page.getByRole("button", { name: "Close" }).click();
  await sendTest(page);
  await picture(page, "test-request", page.getByRole("region", { name: "Answer" }));
  await demo.line(/→ yours · POST · [\da-f-]{36} · attempt 1/);
  await page.getByRole("link", { name: "Calls", exact: true }).click();
  await visit.settled();
  // One for which it did not fire.
  await page.getByRole("row").filter({ hasText: "outbound" }).getByRole("link").first().click();
  const stories = page.getByRole("article");
  await stories.first().getByText("Delivered", { exact: true }).waitFor();
  await visit.settled();
  await picture(page, "call", stories.nth(1));
  await page.getByRole("link", { name: "Deliveries", exact: true }).click();
  await visit.settled();
  await picture(page, "deliveries", page.locator("tbody tr").nth(4), 0);
}
await closeBrowser();
await demo.stop("SIGINT");
