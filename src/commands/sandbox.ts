import type { Config } from "../config.ts";
import { startStack } from "../sandbox/stack.ts";
import type { Stack } from "../sandbox/stack.ts";
import type { CommandContext } from "./context.ts";

export interface SandboxOptions {
  readonly kafkaPort?: number;
  readonly registryPort?: number;
  readonly brokers?: number;
}

/** The brokers and the registry that the environment or the file names, if it names them. */
export function existingStack(context: Pick<CommandContext, "env" | "config">, named: boolean) {
  const { kafka, registry }: Config = context.config;
  return named ? { existing: { brokers: kafka.brokers, registryUrl: registry.url } } : {};
}

/** Where downloads are kept: in the project, in a folder that git ignores. */
export const cacheDir = new URL("../../.cache/sandbox", import.meta.url).pathname;

/** `onhook sandbox`: a Kafka and a schema registry on this machine, until stopped. */
export async function sandbox(context: CommandContext, options: SandboxOptions): Promise<void> {
  const stack = await startStack({
    cacheDir,
    env: context.env,
    onProgress: (line) => context.out(line),
    signal: context.stop,
    ...options,
  });
  await using _ = stack;
  describe(stack, context);
  await ended(stack, context.stop);
}

function describe(stack: Stack, context: CommandContext): void {
  const out = (line: string): void => context.out(line);
  out("");
  out(`Kafka and a schema registry are up (${stack.kind}). To use them:`);
  out("");
  out(`  export ONHOOK_KAFKA_BROKERS=${stack.brokers.join(",")}`);
  out(`  export ONHOOK_REGISTRY_URL=${stack.registryUrl}`);
  out("  npx onhook topics apply");
  out("");
  out("They and all that is in them go when this program ends (Ctrl-C).");
}

/** Resolves when asked to stop; rejects with SANDBOX_DIED when a part of the sandbox ends by itself. */
export async function ended(stack: Stack, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  const { promise: stopped, resolve } = Promise.withResolvers<null>();
  stop.addEventListener("abort", () => resolve(null), { once: true });
  const died = await Promise.race([stopped, stack.died]);
  if (died !== null) throw died;
}
