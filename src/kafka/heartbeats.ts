import type { Clock } from "../runtime/clock.ts";

/** Heartbeats of a member whose handler is at work. */
export interface Heartbeats extends Disposable {
  /** `work`, or the rejection of a heartbeat where that comes first: the group has then gone on without this member. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Whether that is the rejection of a heartbeat. */
  lostBy(error: unknown): boolean;
}

/**
 * Sends a heartbeat every `intervalMs` until disposed of: kafkajs sends none while a handler is at work, and the group
 * would give its partitions to somebody else.
 */
export function startHeartbeats(
  heartbeat: () => Promise<void>,
  intervalMs: number,
  clock: Clock,
): Heartbeats {
  const lost = Promise.withResolvers<never>();
  // Nobody may be waiting at that moment; whoever asks next is told.
  lost.promise.catch(() => undefined);
  let over = false;
  let loss: { readonly error: unknown } | null = null;
  let cancel = next();

  function next(): () => void {
    return clock.at(clock.now() + intervalMs, () => void beat());
  }

  async function beat(): Promise<void> {
    try {
      await heartbeat();
      if (!over) cancel = next();
    } catch (error) {
      loss = { error };
      lost.reject(error);
    }
  }

  return {
    during: (work) => Promise.race([lost.promise, work]),
    lostBy: (error) => loss !== null && loss.error === error,
    [Symbol.dispose]() {
      over = true;
      cancel();
    },
  };
}
