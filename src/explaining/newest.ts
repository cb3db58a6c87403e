/** The last so many of what comes, by `order`; holds no more than twice as many, however much comes. */
export class Newest<T> {
  readonly #limit: number;
  readonly #order: (a: T, b: T) => number;
  #kept: T[] = [];
  /** How many have come. */
  count = 0;

  constructor(limit: number, order: (a: T, b: T) => number) {
    this.#limit = limit;
    this.#order = order;
  }

  add(item: T): void {
    this.count += 1;
    this.#kept.push(item);
    if (this.#kept.length >= 2 * this.#limit) this.#kept = this.list();
  }

  /** The newest last. */
  list(): T[] {
    return this.#kept.toSorted(this.#order).slice(-this.#limit);
  }
}
