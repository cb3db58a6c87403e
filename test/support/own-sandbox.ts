import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { StackOptions } from "../../src/sandbox/stack.ts";
import { processesNaming, type Seen } from "./sandbox-processes.ts";

export const cacheDir = fileURLToPath(new URL("../../.cache/sandbox", import.meta.url));

/** For tests that start sandboxes of their own, on Java, and look at what those leave behind. */
export interface OwnSandbox {
  /** Data folders are made in here; a new one for each test. */
  readonly folder: string;
  options(some?: Partial<StackOptions>): StackOptions;
  processes(): Promise<readonly Seen[]>;
  /** The one process whose command line matches. */
  processOf(pattern: RegExp): Promise<Seen>;
  nothingIsLeft(): Promise<void>;
}

export function useOwnSandbox(): OwnSandbox {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sandbox-test-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    options: (some) => {
      const env = { ...process.env, ONHOOK_SANDBOX: "java", TMPDIR: folder };
      return { cacheDir, env, onProgress: () => {}, ...some };
    },
    processes: async () => await processesNaming(folder),
    processOf: async (pattern) => {
      const found = await processesNaming(folder);
      const matching = found.filter(({ command }) => pattern.test(command));
      expect(matching).toHaveLength(1);
      return matching[0] as Seen;
    },
    nothingIsLeft: async () => await waitUntilNothingIsLeft(folder),
  };
}

async function waitUntilNothingIsLeft(folder: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await processesNaming(folder)).toEqual([]);
      expect(await readdir(folder)).toEqual([]);
    },
    { timeout: 20_000, interval: 50 },
  );
}
