import { isDeepStrictEqual } from "node:util";

/** A version of a record as a configuration topic has it; null: a deletion. */
export interface Version<T> {
  readonly offset: number;
  readonly version: T | null;
}

/** Port: the versions of one record, and a way to write another. */
export interface Versions<T> {
  /** The newest valid one; undefined where it was never valid or is deleted. */
  newest(): Version<T> | undefined;
  /** The last valid one strictly between two offsets; undefined where there is none. */
  between(after: number, before: number): Version<T> | undefined;
  /** Writes one, and resolves with its offset once everything before it was taken on, too. */
  publish(version: T | null): Promise<number>;
}

/**
 * Changes a record that others may be writing to. A topic knows no "write if nobody else has", so it is looked at
 * afterwards: what came between the version that the change was made of and the changed one was overwritten, and is
 * written again, changed in its turn. `change` gives null where there is nothing to do. Resolves with what stands in the
 * end, null where that is a deletion or nothing, and with whether anything was written.
 */
export async function editVersion<T>(
  versions: Versions<T>,
  change: (version: T) => T | null,
): Promise<{ readonly version: T | null; readonly written: boolean }> {
  const newest = versions.newest();
  if (newest === undefined) return { version: null, written: false };
  const changed = newest.version && change(newest.version);
  if (changed === null) return { version: newest.version, written: false };
  let standing: T | null = changed;
  let offset = await versions.publish(standing);
  let missed = versions.between(newest.offset, offset);
  while (missed !== undefined) {
    // Whether it has to be changed or not, it has to stand again.
    const again: T | null = missed.version && (change(missed.version) ?? missed.version);
    // Whoever makes the same change at the same time writes the same: it stands already.
    if (isDeepStrictEqual(again, standing)) break;
    standing = again;
    const before: number = offset;
    offset = await versions.publish(standing);
    missed = versions.between(before, offset);
  }
  return { version: standing, written: true };
}

/**
 * Writes a version in the place of the one at `seen` (-1: of none), unless others have written meanwhile: then theirs is
 * written again and stands. Resolves with where it was written, and with whether it was the only one.
 * See docs/decisions/0032-changes-in-a-log-that-compares-nothing.md.
 */
export async function replaceVersion<T>(
  versions: Pick<Versions<T>, "between" | "publish">,
  seen: number,
  version: T | null,
): Promise<{ readonly at: number; readonly isAlone: boolean }> {
  const at = await versions.publish(version);
  let offset = at;
  let missed = versions.between(seen, offset);
  const isAlone = missed === undefined;
  let standing = version;
  while (missed !== undefined && !isDeepStrictEqual(missed.version, standing)) {
    const before: number = offset;
    standing = missed.version;
    offset = await versions.publish(standing);
    missed = versions.between(before, offset);
  }
  return { at, isAlone };
}
