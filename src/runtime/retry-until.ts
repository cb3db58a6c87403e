import { OnhookError } from "../errors.ts";
import { backoffMs } from "./backoff.ts";
import type { BackoffOptions } from "./backoff.ts";
import { pause } from "./clock.ts";
import type { Clock } from "./clock.ts";

export interface RetryUntilOptions extends BackoffOptions {
  /** Told of each failure that is tried again, with the wait until then in ms. */
  readonly onError: (error: unknown, waitMs: number) => void;
  /** Which failures another try can mend; without it, those that the error table calls retryable. */
  readonly retryable?: (error: unknown) => boolean;
  readonly random?: () => number;
  /** How a wait of so many ms is spent; without it, by the clock, until the signal is aborted. */
  readonly wait?: (waitMs: number) => Promise<void>;
}

const retryableByTable = (error: unknown): boolean =>
  error instanceof OnhookError && error.retryable;

/**
 * Does `attempt` until it succeeds, waiting longer from failure to failure.
 * Rejects with the failure when it is not retryable, and with the signal's reason as soon as it is aborted.
 */
export async function retryUntil<T>(
  signal: AbortSignal,
  clock: Clock,
  attempt: () => Promise<T> | T,
  options: RetryUntilOptions,
): Promise<T> {
  const { onError, retryable = retryableByTable, random = Math.random } = options;
  const { wait = (waitMs: number) => pause(clock, waitMs, signal) } = options;
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!retryable(error)) throw error;
      signal.throwIfAborted();
      const waitMs = backoffMs(failures, random, options);
      onError(error, waitMs);
      await wait(waitMs);
    }
  }
}
