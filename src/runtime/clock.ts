/** Port: time. The only source of now and of timers, so that a test can own both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `action` once, at or after `at` (ms since the epoch), never before; the result cancels it. */
  at(at: number, action: () => void): () => void;
}

/** The longest delay that a Node timer takes; a longer one would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** The machine's clock. A timer that fires early (they may, by a millisecond) is set again until its time has come. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(at, action) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const wait = Math.min(Math.max(0, at - Date.now()), longestTimer);
      timer = setTimeout(() => (Date.now() >= at ? action() : arm()), wait);
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after `ms` milliseconds of `clock`, or as soon as `signal` is aborted. */
export async function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.at(clock.now() + ms, resolve);
  const onAbort = (): void => resolve();
  signal?.addEventListener("abort", onAbort, { once: true });
  await promise;
  cancel();
  // The signal may live as long as the process: what waits in a loop must not leave a listener behind each time.
  signal?.removeEventListener("abort", onAbort);
}
