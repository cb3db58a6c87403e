import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Platform } from "../support/e2e-platform.ts";

const atOnce = 5000;

/** Sends so many calls, as fast as they are taken; `callOf` makes each by its number. */
export async function sendAll(
  platform: Platform,
  total: number,
  callOf: (number: number) => object,
): Promise<void> {
  for (let sent = 0; sent < total; sent += atOnce) {
    const calls = Array.from({ length: Math.min(atOnce, total - sent) }, (_, index) =>
      callOf(sent + index),
    );
    await platform.call(...(calls as CallEndedRecord[]));
  }
}
