import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { startStack } from "../../src/sandbox/stack.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import "./quiet-warnings.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** host:port of each broker that the whole run shares. */
    readonly brokers: readonly string[];
    readonly registryUrl: string;
  }
}

const cacheDir = fileURLToPath(new URL("../../.cache/sandbox", import.meta.url));

/** Of all projects of one run, each of which has this module to itself. */
interface Shared {
  onhookTestStack?: { readonly starting: Promise<Stack>; users: number };
}
const shared: typeof globalThis & Shared = globalThis;

async function start(): Promise<Stack> {
  const { ONHOOK_KAFKA_BROKERS: brokers, ONHOOK_REGISTRY_URL: registryUrl } = process.env;
  const stack = await startStack({
    cacheDir,
    env: process.env,
    onProgress: (line) => console.log(line),
    ...(brokers === undefined || registryUrl === undefined
      ? {}
      : { existing: { brokers: brokers.split(","), registryUrl } }),
  });
  void stack.died.then((error) => console.error(error.message));
  return stack;
}

/** One Kafka and one registry for the whole run: those that the environment names, else a sandbox. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const used = (shared.onhookTestStack ??= { starting: start(), users: 0 });
  used.users += 1;
  const stack = await used.starting;
  project.provide("brokers", stack.brokers);
  project.provide("registryUrl", stack.registryUrl);
  return async () => {
    used.users -= 1;
    if (used.users > 0) return;
    delete shared.onhookTestStack;
    await stack.stop();
  };
}
