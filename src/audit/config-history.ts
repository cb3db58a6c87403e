/** One version of a trigger or a tenant: in force from its offset on, until the next of its key. */
export interface Version<T> {
  readonly offset: number;
  /** Null where the event deletes it. */
  readonly value: T | null;
  /**
   * Why it may not have been in force everywhere, if so. `schema`: whether the event is valid depends on the version of
   * the calls' schema. `history`: the event was refused, and the valid one before it may be gone.
   */
  readonly doubt: "schema" | "history" | null;
}

/** The states of a topic that one of a number of readers may have had: as of some offset from `lo` to `hi`; -1 is empty. */
export interface Window {
  readonly lo: number;
  readonly hi: number;
}

interface Gap {
  readonly start: number;
  /** The first offset behind it. */
  readonly end: number;
}

/**
 * What is left of a compacted topic, as history. An event that the log cleaner has removed leaves a gap in the offsets,
 * and had a later one of its key behind it; or, where a key was deleted and its tombstone is gone too, nothing at all.
 * See docs/decisions/0010-which-triggers-counted.md.
 */
export class ConfigHistory<T> {
  readonly #versions = new Map<string, Version<T>[]>();
  readonly #gaps: Gap[] = [];
  readonly #events: { readonly offset: number; readonly at: number }[] = [];
  #next = 0;

  /** Every event that is there, in the order of the offsets, refused ones too. */
  seen(offset: number, at: number): void {
    this.#skipTo(offset);
    this.#next = offset + 1;
    this.#events.push({ offset, at });
  }

  put(key: string, version: Version<T>): void {
    const versions = this.#versions.get(key);
    if (versions === undefined) this.#versions.set(key, [version]);
    else versions.push(version);
  }

  /** To be called once all is read, with the topic's end. */
  close(end: number): void {
    this.#skipTo(end);
    this.#next = end;
  }

  /** The offset behind the last event. */
  get end(): number {
    return this.#next;
  }

  get events(): readonly { readonly offset: number; readonly at: number }[] {
    return this.#events;
  }

  knows(key: string): boolean {
    return this.#versions.has(key);
  }

  /** The version that is the last one up to `offset`. */
  at(key: string, offset: number): Version<T> | undefined {
    return this.#versions.get(key)?.findLast((version) => version.offset <= offset);
  }

  /** The versions that begin within the window, its first offset left out. */
  within(key: string, { lo, hi }: Window): readonly Version<T>[] {
    return (this.#versions.get(key) ?? []).filter(({ offset }) => offset > lo && offset <= hi);
  }

  /** Whether a version that is gone may have been in force at some time of the window. */
  mayHaveBeenOther(key: string, { lo, hi }: Window): boolean {
    const versions = this.#versions.get(key) ?? [];
    return versions.some(({ offset: next }, index) => {
      const before = versions[index - 1]?.offset ?? -1;
      // What was removed stood between two versions; it was in force until the later one came.
      return next > lo && before < hi && this.hasGap(before, Math.min(hi, next - 1));
    });
  }

  /** Whether a key of which nothing is left may have been there at some time of the window: written before, deleted after. */
  mayHaveVanished({ lo, hi }: Window): boolean {
    return this.hasGap(-1, hi) && this.hasGap(lo, this.#next);
  }

  /** Whether an event is gone behind `after` and up to `last`. */
  hasGap(after: number, last: number): boolean {
    return this.#gaps.some(({ start, end }) => start <= last && end - 1 > after);
  }

  #skipTo(offset: number): void {
    if (offset > this.#next) this.#gaps.push({ start: this.#next, end: offset });
  }
}
