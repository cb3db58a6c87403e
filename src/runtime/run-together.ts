import type { Service } from "./supervisor.ts";

/**
 * Runs services that belong together until `stop` is aborted; where one fails, the others are stopped before its error is
 * thrown on.
 */
export async function runTogether(
  services: readonly Service[],
  stop: AbortSignal,
  kill: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const ending = AbortSignal.any([stop, failed.signal]);
  const runs = services.map((service) => service.run(ending, kill));
  try {
    await Promise.all(runs);
  } finally {
    failed.abort();
    await Promise.allSettled(runs);
  }
}
