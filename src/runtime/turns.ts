/** Lets so many do something at a time, and so many more wait for it. */
export class Turns {
  readonly #most: number;
  readonly #mostWaiting: number;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** Does it when its turn has come. `refuse` makes what is thrown where too many wait already. */
  async take<T>(work: () => Promise<T>, refuse: () => Error): Promise<T> {
    if (this.#busy < this.#most) this.#busy += 1;
    else if (this.#waiting.length >= this.#mostWaiting) throw refuse();
    else {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
    try {
      return await work();
    } finally {
      // Who waits takes over the place of who goes.
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy -= 1;
      else next();
    }
  }
}
