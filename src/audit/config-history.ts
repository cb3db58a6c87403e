import { graceMs } from "./window.ts";
import type { Window } from "./window.ts";

/** One version of a trigger or a tenant: in force from its offset on, until the next of its key. */
export interface Version<T> {
  readonly offset: number;
  /** Null where the event deletes it. */
  readonly value: T | null;
  /** Before this no version of its key was written, by its own account; ms since the epoch, null where it has none. */
  readonly bornAt: number | null;
  /**
   * Why it may not have been in force everywhere, if so. `schema`: whether the event is valid depends on the version of
   * the calls' schema. `keys`: its secrets are encrypted by a key that is not known here, or plain though they must not be.
   * `history`: the event was refused, and the valid one before it may be gone.
   */
  readonly doubt: "schema" | "keys" | "history" | null;
}

/** Offsets of which nothing is left, the last included. */
interface Gap extends Window {
  /** All of it was written by then; ms since the epoch. */
  readonly by: number;
}

/** Where a version that is gone may have been in force. */
interface Doubt extends Window {
  /** Whether the key was written so early only if it was born before it says. */
  readonly isUnborn: boolean;
}

const meets = (a: Window, b: Window): boolean => a.lo <= b.hi && b.lo <= a.hi;

/**
 * What is left of a compacted topic, as history. An event that the log cleaner has removed leaves a gap in the offsets,
 * and had a later one of its key behind it; or, where a key was deleted and its tombstone is gone too, nothing at all.
 * See docs/decisions/0010-which-triggers-counted.md.
 */
export class ConfigHistory<T> {
  readonly #versions = new Map<string, Version<T>[]>();
  readonly #gaps: Gap[] = [];
  readonly #events: { readonly offset: number; readonly at: number }[] = [];
  readonly #doubts = new Map<string, readonly Doubt[]>();
  /** All places of all keys where a version of another time may be gone, in their order, none touching another. */
  #anywhere: readonly Window[] = [];
  #next = 0;

  /** Every event that is there, in the order of the offsets, refused ones too. */
  seen(offset: number, at: number): void {
    this.#skipTo(offset, at);
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
    this.#skipTo(end, Infinity);
    this.#next = end;
    if (this.#gaps.length === 0) return;
    for (const [key, versions] of this.#versions) this.#doubts.set(key, this.#doubtsOf(versions));
    const born = [...this.#doubts.values()].flat().filter(({ isUnborn }) => !isUnborn);
    this.#anywhere = merged(born);
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

  /** Whether a version that is gone may have been in force at some time of the window, as far as its key was born by then. */
  mayHaveBeenOther(key: string, window: Window): boolean {
    return this.#doubts.get(key)?.some((doubt) => !doubt.isUnborn && meets(doubt, window)) ?? false;
  }

  /** The same also where that key would have been another's before, or where nothing is left of it. */
  mayHaveBeenAnything(key: string, window: Window): boolean {
    if (!this.knows(key)) return this.mayHaveVanished(window);
    return this.#doubts.get(key)?.some((doubt) => meets(doubt, window)) ?? false;
  }

  /** Whether any key at all may have been otherwise at some time of the window. */
  anyMayHaveBeenOther(window: Window): boolean {
    return this.mayHaveVanished(window) || this.#anywhere.some((each) => meets(each, window));
  }

  /** Whether a key of which nothing is left may have been there at some time of the window: written before, deleted after. */
  mayHaveVanished({ lo, hi }: Window): boolean {
    const [first, last] = [this.#gaps[0], this.#gaps.at(-1)];
    return first !== undefined && last !== undefined && first.lo <= hi && last.hi > lo;
  }

  /** Whether an event is gone behind `after` and before `next`; may be asked while the topic is read. */
  hasGap(after: number, next: number): boolean {
    return this.#gaps.some(({ lo, hi }) => lo < next && hi > after);
  }

  /** What was removed stood between two versions, and was in force until the later one came. */
  #doubtsOf(versions: readonly Version<T>[]): Doubt[] {
    const bornAt = versions.find((version) => version.bornAt !== null)?.bornAt ?? -Infinity;
    return versions.flatMap(({ offset }, index) => {
      const before = versions[index - 1]?.offset ?? -1;
      const gaps = this.#gaps.filter(({ lo, hi }) => lo < offset && hi > before);
      const [first] = gaps;
      if (first === undefined) return [];
      const isUnborn = index === 0 && gaps.every(({ by }) => by + graceMs < bornAt);
      return [{ lo: first.lo, hi: offset - 1, isUnborn }];
    });
  }

  #skipTo(offset: number, at: number): void {
    if (offset > this.#next) this.#gaps.push({ lo: this.#next, hi: offset - 1, by: at });
  }
}

function merged(windows: readonly Window[]): Window[] {
  const all: Window[] = [];
  for (const { lo, hi } of windows.toSorted((a, b) => a.lo - b.lo)) {
    const last = all.at(-1);
    if (last === undefined || lo > last.hi + 1) all.push({ lo, hi });
    else if (hi > last.hi) all[all.length - 1] = { lo: last.lo, hi };
  }
  return all;
}
