/** How much time one bucket holds, in ms. */
const bucketMs = 60_000;

/** What is kept in buckets; whoever removes it marks it. */
export interface Timed {
  readonly timestamp: number;
  isGone: boolean;
}

interface Bucket<T> {
  things: T[];
  /** Those in front of it are gone. */
  head: number;
  /** How many are not gone. */
  count: number;
}

/** Below so many it is not worth while to look for what is gone. */
const fewThings = 32;

/**
 * Things by the minute that they are of, so that the oldest is found at once; within a minute, what was added first. A set
 * would not do: what is deleted at its begin is walked over with each look at what is first.
 */
export class TimeBuckets<T extends Timed> {
  readonly #buckets = new Map<number, Bucket<T>>();
  /** Of all buckets that may hold something, in order; those in front of `#head` are gone. */
  #minutes: number[] = [];
  #head = 0;

  add(thing: T): void {
    const minute = minuteOf(thing);
    const bucket = this.#buckets.get(minute);
    if (bucket === undefined) {
      this.#buckets.set(minute, { things: [thing], head: 0, count: 1 });
      this.#insert(minute);
    } else {
      bucket.things.push(thing);
      bucket.count += 1;
    }
  }

  remove(thing: T): void {
    const minute = minuteOf(thing);
    const bucket = this.#buckets.get(minute);
    if (bucket === undefined || thing.isGone) return;
    thing.isGone = true;
    bucket.count -= 1;
    if (bucket.count === 0) this.#buckets.delete(minute);
    else if (bucket.things.length > 2 * bucket.count + fewThings) {
      bucket.things = bucket.things.filter(({ isGone }) => !isGone);
      bucket.head = 0;
    }
  }

  /** The first of the oldest minute; undefined: there is nothing. */
  oldest(): T | undefined {
    for (; this.#head < this.#minutes.length; this.#head += 1) {
      const bucket = this.#buckets.get(this.#minutes[this.#head] as number);
      if (bucket === undefined) continue;
      while (bucket.things[bucket.head]?.isGone === true) bucket.head += 1;
      return bucket.things[bucket.head];
    }
    return undefined;
  }

  #insert(minute: number): void {
    this.#tidy();
    let at = this.#minutes.length;
    while (at > this.#head && (this.#minutes[at - 1] as number) > minute) at -= 1;
    // One that was emptied may still stand in the list.
    if (at === this.#head || this.#minutes[at - 1] !== minute) this.#minutes.splice(at, 0, minute);
  }

  /** Cuts off what is gone once it is half of the list: to do so each time would cost as much as the list is long. */
  #tidy(): void {
    if (this.#head * 2 <= this.#minutes.length) return;
    this.#minutes = this.#minutes.slice(this.#head);
    this.#head = 0;
  }
}

function minuteOf({ timestamp }: Timed): number {
  return Math.floor(timestamp / bucketMs);
}
