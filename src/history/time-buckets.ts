/** How much time one bucket holds, in ms. */
const bucketMs = 60_000;

/** Things by the minute that they are of, so that the oldest is found at once; within a minute, what was added first. */
export class TimeBuckets<T extends { readonly timestamp: number }> {
  readonly #buckets = new Map<number, Set<T>>();
  /** Of all buckets that may hold something, in order; those in front of `#head` are gone. */
  #minutes: number[] = [];
  #head = 0;

  add(thing: T): void {
    const minute = minuteOf(thing);
    const bucket = this.#buckets.get(minute);
    if (bucket !== undefined) {
      bucket.add(thing);
      return;
    }
    this.#buckets.set(minute, new Set([thing]));
    this.#tidy();
    let at = this.#minutes.length;
    while (at > this.#head && (this.#minutes[at - 1] as number) > minute) at -= 1;
    // One that was emptied may still stand in the list.
    if (this.#minutes[at - 1] !== minute || at === this.#head) this.#minutes.splice(at, 0, minute);
  }

  remove(thing: T): void {
    const minute = minuteOf(thing);
    const bucket = this.#buckets.get(minute);
    bucket?.delete(thing);
    if (bucket?.size === 0) this.#buckets.delete(minute);
  }

  /** The first of the oldest minute; undefined: there is nothing. */
  oldest(): T | undefined {
    for (; this.#head < this.#minutes.length; this.#head += 1) {
      const bucket = this.#buckets.get(this.#minutes[this.#head] as number);
      if (bucket !== undefined) return bucket.values().next().value;
    }
    return undefined;
  }

  /** Cuts off what is gone once it is half of the list: to do so each time would cost as much as the list is long. */
  #tidy(): void {
    if (this.#head * 2 <= this.#minutes.length) return;
    this.#minutes = this.#minutes.slice(this.#head);
    this.#head = 0;
  }
}

function minuteOf({ timestamp }: { readonly timestamp: number }): number {
  return Math.floor(timestamp / bucketMs);
}
