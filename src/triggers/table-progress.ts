import type { Clock } from "../runtime/clock.ts";

/** How far one table's topic was read, and who waits for it to be read further. */
export class TableProgress {
  /** Offset of the newest event that the table holds; -1 when there is none. */
  applied = -1;
  /** The next offset to be read. */
  position = 0;
  /** The end of what is committed; null until it was first looked up. */
  end: number | null = null;
  /** The topic was once read up to its end. */
  caughtUp = false;
  readonly #clock: Clock;
  #movedAt = -Infinity;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  takenOn(offset: number): void {
    this.applied = offset;
    this.#wake();
  }

  moved(position: number, end: number): void {
    this.applied = Math.max(this.applied, position - 1);
    this.position = position;
    this.end = end;
    this.#movedAt = this.#clock.now();
    this.caughtUp ||= position >= end;
    this.#wake();
  }

  get atEnd(): boolean {
    return this.end !== null && this.position >= this.end;
  }

  /** Resolves once `condition` holds, looked at on each progress, or when `signal` is aborted. */
  async until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    if (condition() || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = (): void => {
      if (condition()) resolve();
    };
    const stop = (): void => resolve();
    this.#waiting.add(check);
    signal.addEventListener("abort", stop, { once: true });
    await promise;
    this.#waiting.delete(check);
    signal.removeEventListener("abort", stop);
  }

  /**
   * The same, but gives up when `patienceMs` have passed and the topic was read to its end after that: then what is
   * waited for is not in it. A reader that is stuck, or can't reach the topic, does not know its end, and is waited for.
   */
  async untilOrEnd(
    condition: () => boolean,
    patienceMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const until = this.#clock.now() + patienceMs;
    await this.until(() => condition() || (this.atEnd && this.#movedAt >= until), signal);
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }
}
