import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

/** Starts the Chromium of this machine. Rejects with what to do where there is none. */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath))
    throw new Error(
      `There is no Chromium at ${executablePath}: install Debian's package chromium, or set CHROMIUM to where one is.`,
    );
  // Containers run tests as root, and there Chromium has no sandbox of its own.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
