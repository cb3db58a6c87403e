/** Port: time. The only source of now and of timers, so that a test can own both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `action` once, at or after `at` (ms since the epoch), never before; the result cancels it. */
  at(at: number, action: () => void): () => void;
}

/** The longest delay that a Node timer takes; a longer one would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** A timer may fire early by the clock, by some milliseconds; what is more is a clock that was set back. */
const setBackMs = 1000;

/** Calls `action` once nothing is left of a time, in ms, however early a timer fires; the result cancels it. */
function onceNoneIsLeft(left: () => number, action: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (wait: number): void => {
    timer = setTimeout(look, Math.min(Math.max(0, wait), longestTimer));
  };
  const look = (): void => {
    const wait = left();
    if (wait <= 0) action();
    else arm(wait);
  };
  arm(left());
  return () => {
    clearTimeout(timer);
  };
}

/**
 * The machine's clock. A timer that fires early is set again until its time has come. Once it is set, the time that
 * passes counts for it and not what the clock is set to meanwhile: else one that is set back by an hour would stop
 * all heartbeats, commits and retries for that hour.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(at, action) {
    const due = performance.now() + at - Date.now();
    return onceNoneIsLeft(() => {
      const left = due - performance.now();
      const early = at - Date.now();
      return early > setBackMs ? left : Math.max(left, early);
    }, action);
  },
};

/** Never changes, and is asked for several times for each request. */
const { timeOrigin } = performance;

/**
 * Time that nobody sets, in ms: for how long something takes or is left alone, never for when it is. It begins at the
 * machine's time, and then goes on by what passes.
 */
export const steadyClock: Clock = {
  now: () => timeOrigin + performance.now(),
  at: (at, action) => onceNoneIsLeft(() => at - steadyClock.now(), action),
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
