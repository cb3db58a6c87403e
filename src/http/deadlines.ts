/** Something that has so much time. */
export interface Bounded {
  /** Of the same clock as performance.now, ms. */
  readonly dueAt: number;
  expire(): void;
}

/**
 * What is under way and has the same time each, so that the first begun is the first due: one timer for all of them looks
 * at that one alone. A timer of its own, made and cleared, would cost each request as much as its headers do.
 */
export class Deadlines<T extends Bounded> {
  /** A set keeps the order of insertion. */
  readonly #underWay = new Set<T>();
  #timer: NodeJS.Timeout | null = null;

  add(one: T): void {
    this.#underWay.add(one);
    if (this.#timer === null) this.#arm(one.dueAt - performance.now());
  }

  delete(one: T): void {
    this.#underWay.delete(one);
    if (this.#underWay.size > 0 || this.#timer === null) return;
    // With nothing under way nothing may keep the process.
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** All that is under way now. */
  all(): readonly T[] {
    return [...this.#underWay];
  }

  /** A timer that is there is for one that is due sooner. */
  #arm(ms: number): void {
    this.#timer ??= setTimeout(() => this.#look(), Math.max(1, Math.ceil(ms)));
  }

  #look(): void {
    this.#timer = null;
    const now = performance.now();
    for (const one of this.#underWay) {
      if (one.dueAt > now) {
        this.#arm(one.dueAt - now);
        return;
      }
      this.#underWay.delete(one);
      one.expire();
    }
  }
}
