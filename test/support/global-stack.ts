import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { startStack } from "../../src/sandbox/stack.ts";
import "./quiet-warnings.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** host:port of each broker that the whole run shares. */
    readonly brokers: readonly string[];
    readonly registryUrl: string;
  }
}

const cacheDir = fileURLToPath(new URL("../../.cache/sandbox", import.meta.url));

/** One Kafka and one registry for the whole run: those that the environment names, else a sandbox. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
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
  project.provide("brokers", stack.brokers);
  project.provide("registryUrl", stack.registryUrl);
  return async () => await stack.stop();
}
