/** The place that a piece of work has. */
export interface Slot {
  /**
   * Gives the slot to others while `wait` lasts, then takes one again in its turn. Where the slots are closed by then it
   * never comes back: what stood aside counts as not begun.
   */
  aside<T>(wait: () => Promise<T>): Promise<T>;
}

/** Work that waits for its turn. It must not reject: what it meets is its own to handle. */
export type Work = (slot: Slot) => Promise<void>;

/** Bounds how much work is under way at a time; what waits goes in the order it came. */
export class Slots {
  readonly #size: number;
  readonly #changed: (inFlight: number) => void;
  readonly #idle: (() => void)[] = [];
  /** Each begins something, which takes a slot at once. */
  #waiting: (() => void)[] = [];
  #head = 0;
  #inFlight = 0;
  #closed = false;

  constructor(size: number, changed: (inFlight: number) => void) {
    this.#size = size;
    this.#changed = changed;
  }

  /** Begins the work as soon as a slot is free. */
  add(work: Work): void {
    this.#enqueue(() => void this.#run(work));
  }

  /** Begins nothing more; what waits is dropped. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#head = 0;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    if (this.#inFlight === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.push(resolve);
    await promise;
  }

  #enqueue(begin: () => void): void {
    if (this.#closed) return;
    this.#waiting.push(begin);
    this.#fill();
  }

  #next(): (() => void) | undefined {
    const begin = this.#waiting[this.#head];
    if (begin === undefined) return undefined;
    this.#head += 1;
    // An array that only shifts costs as much per take as it is long; cut it once half of it is spent.
    if (this.#head * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    return begin;
  }

  #fill(): void {
    while (this.#inFlight < this.#size) {
      const begin = this.#next();
      if (begin === undefined) return;
      begin();
    }
  }

  async #run(work: Work): Promise<void> {
    this.#count(1);
    try {
      await work({ aside: (wait) => this.#aside(wait) });
    } finally {
      this.#free();
    }
  }

  async #aside<T>(wait: () => Promise<T>): Promise<T> {
    this.#free();
    try {
      return await wait();
    } finally {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#enqueue(() => {
        this.#count(1);
        resolve();
      });
      await promise;
    }
  }

  #free(): void {
    this.#count(-1);
    this.#fill();
    if (this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #count(by: number): void {
    this.#inFlight += by;
    this.#changed(this.#inFlight);
  }
}
