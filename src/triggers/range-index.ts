/** A range of numbers, both ends included, and what it stands for. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly item: number;
}

/**
 * Finds the ranges that a number lies in, in time in proportion to how many these are and to the logarithm of how many
 * there are: they stand by their lower ends, under a tree that knows the highest upper end of each part.
 */
export class RangeIndex {
  readonly #from: Float64Array;
  readonly #items: Uint32Array;
  /** The highest upper end below each node; node 1 is the root, the children of n are 2n and 2n + 1. */
  readonly #highest: Float64Array;
  readonly #leaves: number;

  constructor(ranges: readonly Range[]) {
    const sorted = ranges.toSorted((a, b) => a.from - b.from);
    this.#from = Float64Array.from(sorted, ({ from }) => from);
    this.#items = Uint32Array.from(sorted, ({ item }) => item);
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, sorted.length)));
    this.#highest = new Float64Array(2 * this.#leaves).fill(-Infinity);
    for (const [index, { to }] of sorted.entries()) this.#highest[this.#leaves + index] = to;
    for (let node = this.#leaves - 1; node > 0; node -= 1)
      this.#highest[node] = Math.max(
        this.#highest[2 * node] as number,
        this.#highest[2 * node + 1] as number,
      );
  }

  /** Calls `found` with the item of each range that holds the value. */
  at(value: number, found: (item: number) => void): void {
    this.#visit(1, 0, this.#leaves, value, found);
  }

  all(found: (item: number) => void): void {
    for (const item of this.#items) found(item);
  }

  /** The node's leaves are those from `begin` on, `width` of them. */
  #visit(
    node: number,
    begin: number,
    width: number,
    value: number,
    found: (item: number) => void,
  ): void {
    if (begin >= this.#items.length || !((this.#from[begin] as number) <= value)) return;
    if (!((this.#highest[node] as number) >= value)) return;
    if (width === 1) {
      found(this.#items[begin] as number);
      return;
    }
    const half = width / 2;
    this.#visit(2 * node, begin, half, value, found);
    this.#visit(2 * node + 1, begin + half, half, value, found);
  }
}
