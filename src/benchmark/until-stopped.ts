import { OnhookError } from "../errors.ts";

/** Settles as `work` does, or rejects with COMMAND_STOPPED as soon as `signal` is aborted: `work` may never settle. */
export async function untilStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(new OnhookError("COMMAND_STOPPED"));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
