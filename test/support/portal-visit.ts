import type { Browser, BrowserContext, Page } from "playwright-core";
import { startChromium } from "../portal/browser/chromium.ts";
import type { AdminStage } from "./admin-stage.ts";

/** A browser of somebody's that visits the portal, and all that went wrong while it did. */
export interface Visit extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors that nobody caught, what the page's policy refused, and requests to anywhere else. */
  readonly complaints: readonly string[];
  /** Goes to a page below `/en-GB/webhooks`, and waits until it is read. */
  open(path: string): Promise<void>;
  /** Waits until nothing is being read any more. */
  settled(): Promise<void>;
}

export interface VisitOptions {
  /** Of the portal, without a slash at the end. */
  readonly url: string;
  readonly width?: number;
  readonly theme?: "light" | "dark";
}

let browser: Promise<Browser> | null = null;

/** One browser for all visits of a file of tests. */
export async function closeBrowser(): Promise<void> {
  const open = await browser;
  browser = null;
  await open?.close();
}

/** What the browser notes of each answer that is no success is nothing wrong with a page. */
const isNote = (text: string): boolean => text.startsWith("Failed to load resource");

function watch(page: Page, url: string, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !isNote(message.text())) complaints.push(message.text());
  });
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const at = request.url();
    if (!at.startsWith(`${url}/`) && !at.startsWith("data:")) complaints.push(`asks for ${at}`);
  });
}

export async function visitPortal({
  url,
  width = 1280,
  theme = "light",
}: VisitOptions): Promise<Visit> {
  browser ??= startChromium();
  const context = await (
    await browser
  ).newContext({
    viewport: { width, height: 900 },
    colorScheme: theme,
    locale: "en-GB",
    timezoneId: "Europe/London",
  });
  context.setDefaultTimeout(20_000);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const complaints: string[] = [];
  await context.exposeBinding("tellViolation", (_, told: string) => void complaints.push(told));
  await context.addInitScript({
    content: `document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      tellViolation("the policy refused " + violatedDirective + " " + blockedURI));`,
  });
  const page = await context.newPage();
  watch(page, url, complaints);
  const settled = async (): Promise<void> => {
    await page.locator("main h1").waitFor();
    await page.waitForLoadState("networkidle");
    await page.locator("main [aria-busy=true]").first().waitFor({ state: "detached" });
  };
  return {
    context,
    page,
    complaints,
    settled,
    async open(path) {
      await page.goto(`${url}/en-GB/webhooks${path}`);
      await settled();
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** A link that signs the tenant's administrator in, once, as the platform has it made. */
export async function signInLink(
  stage: Pick<AdminStage, "api">,
  operatorToken: string,
  tenantId: string,
): Promise<string> {
  const body = { tenantId, name: "Administrator of a test" };
  const answer = await stage.api(operatorToken).ask("POST", "/sign-in-links", { body });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${answer.text}`);
  return (answer.json() as { readonly url: string }).url;
}

/** Signs in by a link; resolves on the first page behind it. */
export async function signInBy(visit: Visit, link: string): Promise<void> {
  await visit.page.goto(link);
  await visit.page.waitForURL(/\/en-GB\/webhooks\/?$/);
  await visit.settled();
}
