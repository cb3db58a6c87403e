import axe from "axe-core";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { AccessRole } from "../../../src/access/principal.ts";
import { startFakeApi } from "../fake/fake-api.ts";
import type { FakeApi } from "../fake/fake-api.ts";
import type { FakeState } from "../fake/fake-state.ts";
import { startChromium } from "./chromium.ts";

export interface OpenOptions {
  /** null: nobody is signed in. */
  readonly role?: AccessRole | null;
  readonly width?: number;
  readonly theme?: "light" | "dark";
  readonly locale?: string;
}

/** A page of the portal, and what went wrong on it. */
export interface OpenPage {
  readonly page: Page;
  /** What the page complained of: errors that nobody caught, and what its policy refused. */
  readonly complaints: string[];
}

export interface PortalUnderTest extends AsyncDisposable {
  readonly api: FakeApi;
  readonly state: FakeState;
  /** Opens a page by its path below `/<locale>/webhooks`: `""`, `/new`, `/calls?x=y`. */
  open(path: string, options?: OpenOptions): Promise<OpenPage>;
}

async function contextOf(
  browser: Browser,
  url: string,
  options: OpenOptions,
): Promise<BrowserContext> {
  const { role = "tenant-admin", width = 1280, theme = "light", locale = "en-GB" } = options;
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: theme,
    locale,
    timezoneId: "Europe/London",
  });
  context.setDefaultTimeout(30_000);
  if (role !== null) await context.addCookies([{ name: "onhook_session", value: role, url }]);
  return context;
}

/** What a page may say without being wrong: the browser notes every answer that is no success. */
const isNote = (text: string): boolean => text.startsWith("Failed to load resource");

/** Starts an API in memory and a browser. One of each for a file of tests: pages are opened in contexts of their own. */
export async function startPortal(state?: FakeState): Promise<PortalUnderTest> {
  const [api, browser] = await Promise.all([startFakeApi(state), startChromium()]);
  return {
    api,
    state: api.state,
    async open(path, options = {}) {
      const context = await contextOf(browser, api.url, options);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error" && !isNote(message.text())) complaints.push(message.text());
      });
      await page.goto(`${api.url}/${options.locale ?? "en-GB"}/webhooks${path}`);
      await page.locator("h1").waitFor();
      return { page, complaints };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await api.close();
    },
  };
}

/** Waits until nothing is being read any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.locator("main [aria-busy=true]").first().waitFor({ state: "detached" });
}

/** What axe finds wrong with a page, in a line each. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = (await page.evaluate("axe.run(document)")) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`),
  );
}

/** By how many pixels the page is wider than its window. */
export async function overflowOf(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}
