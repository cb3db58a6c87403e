import { OnhookError } from "../errors.ts";
import { pause, steadyClock } from "../runtime/clock.ts";
import type { Look } from "./marks.ts";

export interface Followed {
  /** How far it is, and the processor time spent on it until now, in s. */
  readonly look: () => Promise<Omit<Look, "at">>;
  readonly total: number;
  /** What is counted, with its verb: `calls are matched`. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** Told each look. */
  readonly note?: (look: Look) => void;
}

/** Often enough for rounds of seconds; each look costs the service some milliseconds. */
const lookMs = 250;
const patienceMs = 120_000;

/** Follows a count until it is `total`. Rejects with BENCH_STUCK when it does not rise for two minutes. */
export async function followCount({ look, total, what, signal, note }: Followed): Promise<void> {
  let last = { count: -1, at: steadyClock.now() };
  for (;;) {
    const { count, cpu } = await look();
    const at = steadyClock.now();
    note?.({ count, cpu, at: at / 1000 });
    if (count >= total) return;
    if (count > last.count) last = { count, at };
    if (at - last.at > patienceMs)
      throw new OnhookError("BENCH_STUCK", { seconds: patienceMs / 1000, count, total, what });
    await pause(steadyClock, lookMs, signal);
  }
}
