/** Lets a loop sleep until there is something to do. What is said while nobody waits is kept, once. */
export class Wake {
  #set = false;
  #waiting: (() => void) | null = null;

  set(): void {
    this.#set = true;
    this.#waiting?.();
  }

  /** Resolves when it was set since the last time, or `signal` is aborted. One waits at a time. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#set && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const end = (): void => resolve();
      this.#waiting = end;
      signal.addEventListener("abort", end, { once: true });
      await promise;
      signal.removeEventListener("abort", end);
      this.#waiting = null;
    }
    this.#set = false;
  }
}
