import { afterAll, beforeAll } from "vitest";
import { startStack } from "../../src/sandbox/stack.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { cacheDir } from "./own-sandbox.ts";

/** A broker and a registry for the tests of one file, which may stop and start them, and must leave them running. */
export function useOneBroker(): () => Stack {
  let stack: Stack | undefined;
  beforeAll(async () => {
    const env = { ...process.env, ONHOOK_SANDBOX: "java" };
    stack = await startStack({ cacheDir, env, onProgress: () => {} });
  });
  afterAll(() => stack?.stop());
  return () => {
    if (stack === undefined) throw new Error("The sandbox is there from beforeAll to afterAll");
    return stack;
  };
}
