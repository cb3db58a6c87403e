import type { RecordName } from "../jobs/hand-on.ts";

/** By offset, where in the ring a record of one partition is remembered. */
type Places = Map<number, number>;

/**
 * Remembers something of records, so many of them; the oldest is forgotten. Each record that is delivered comes by here,
 * so no text is made of its name, and the oldest is known by a ring: to ask a map for its first key looks at every one that
 * was deleted in front of it, which took longer with each record, up to several times what all else did with it.
 */
export class RecordMemory<T> {
  readonly #limit: number;
  readonly #topics = new Map<string, Map<number, Places>>();
  // Of each place in the ring: whose it is, which may have moved on to another one, and what is remembered.
  readonly #places: Places[] = [];
  readonly #offsets: number[] = [];
  readonly #timestamps: number[] = [];
  readonly #values: T[] = [];
  /** The place that is written next. */
  #next = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get({ topic, partition, offset, timestamp }: RecordName): T | undefined {
    const place = this.#topics.get(topic)?.get(partition)?.get(offset);
    return place !== undefined && this.#timestamps[place] === timestamp
      ? this.#values[place]
      : undefined;
  }

  /** Remembers it as the newest, in place of what was remembered of a record at the same offset. */
  set({ topic, partition, offset, timestamp }: RecordName, value: T): void {
    const places = this.#placesOf(topic, partition);
    const place = this.#next;
    this.#next = place + 1 === this.#limit ? 0 : place + 1;
    this.#forget(place);
    places.set(offset, place);
    this.#places[place] = places;
    this.#offsets[place] = offset;
    this.#timestamps[place] = timestamp;
    this.#values[place] = value;
  }

  delete({ topic, partition, offset }: RecordName): void {
    this.#topics.get(topic)?.get(partition)?.delete(offset);
  }

  #placesOf(topic: string, partition: number): Places {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.#topics.set(topic, partitions);
    }
    let places = partitions.get(partition);
    if (places === undefined) {
      places = new Map();
      partitions.set(partition, places);
    }
    return places;
  }

  /** What the place holds, unless that was remembered anew at another one. */
  #forget(place: number): void {
    const offset = this.#offsets[place];
    const places = this.#places[place];
    if (offset !== undefined && places?.get(offset) === place) places.delete(offset);
  }
}
