import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder that the results of the fault scenarios go to; absent where nobody asked for them. */
    readonly faultRows: string | undefined;
  }
}

/** Results of runs before are of other code, maybe; `ONHOOK_FAULT_KEEP=1` keeps them, to add single scenarios. */
export default async function setup(project: TestProject): Promise<void> {
  const folder = fileURLToPath(new URL("../../.cache/faults/rows", import.meta.url));
  if (process.env["ONHOOK_FAULT_KEEP"] !== "1") await rm(folder, { recursive: true, force: true });
  project.provide("faultRows", folder);
}
