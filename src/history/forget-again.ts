import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { HistoryEvent } from "./history-events.ts";
import type { HistoryStore } from "./history-store.ts";

/** How often it is looked whether something is to be forgotten, in ms. */
const everyMs = 10_000;

export interface Bounds {
  /** In ms. */
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/** Forgets what is too old or too much, again and again, until `signal` is aborted. Failures are told. */
export async function forgetAgain(
  { maxAgeMs, maxBytes }: Bounds,
  deps: {
    readonly store: Pick<HistoryStore, "forget">;
    readonly clock: Clock;
    readonly emit: Emit<HistoryEvent>;
  },
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, emit } = deps;
  while (!signal.aborted) {
    const gone = { age: 0, size: 0 };
    try {
      for (let isDone = false; !isDone && !signal.aborted;) {
        const forgotten = await store.forget({ before: clock.now() - maxAgeMs, maxBytes });
        gone[forgotten.reason] += forgotten.deliveries;
        ({ isDone } = forgotten);
      }
    } catch (error) {
      if (!signal.aborted) emit({ type: "history.write-failed", error });
    }
    for (const reason of ["age", "size"] as const)
      if (gone[reason] > 0) emit({ type: "history.forgotten", deliveries: gone[reason], reason });
    await pause(clock, everyMs, signal);
  }
}
