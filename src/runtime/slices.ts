import { setImmediate as others } from "node:timers/promises";

/** How long a slice takes, in ms: nobody notices so little. */
const sliceMs = 8;

/**
 * Does the same with many things in slices between which all else of the process has its turn. Rejects as `work` throws,
 * and with the signal's reason.
 */
export async function inSlices<T>(
  items: Iterable<T>,
  work: (item: T) => void,
  signal: AbortSignal,
): Promise<void> {
  let begun = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - begun < sliceMs) continue;
    await others();
    signal.throwIfAborted();
    begun = performance.now();
  }
}
