import { cutPage, readCursor } from "../../history/page-cursor.ts";
import type { Page } from "../../history/history.ts";
import { inSlices } from "../../runtime/slices.ts";

/** By what a list is ordered; the last part tells entries apart, and is never empty. */
export type SortKey = readonly string[];

function compare(a: SortKey, b: SortKey): number {
  for (const [index, part] of a.entries()) {
    const other = b[index] ?? "";
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}

interface Asked {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Which entries a list has, and in which order. */
export interface Listing<T> {
  /** What was asked for: a cursor of one list is none of another's. */
  readonly list: readonly unknown[];
  readonly isWanted: (each: T) => boolean;
  readonly keyOf: (each: T) => SortKey;
  /** How many parts the keys have. */
  readonly keyParts: number;
}

interface Keyed<T> {
  readonly each: T;
  readonly key: SortKey;
}

/** Where it belongs among those that are in order. */
function placeOf(key: SortKey, ordered: readonly Keyed<unknown>[]): number {
  let [from, to] = [0, ordered.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (compare(ordered[middle]?.key ?? [], key) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * The page of a list that begins behind the cursor, in the order of the keys. It stays right while entries come and go:
 * the cursor says behind which key to go on, not how many to pass over. There may be very many entries: they are looked at
 * in slices, and never all of them put in order. Rejects with CURSOR_INVALID, and with the signal's reason.
 */
export async function pageOf<T>(
  all: Iterable<T>,
  { list, isWanted, keyOf, keyParts }: Listing<T>,
  { cursor, limit }: Asked,
  signal: AbortSignal,
): Promise<Page<T>> {
  const after: SortKey = readCursor(list, cursor, Array<string>(keyParts).fill(""));
  // The first of those behind the cursor, and one more, which tells whether there is another page.
  const first: Keyed<T>[] = [];
  function consider(each: T): void {
    if (!isWanted(each)) return;
    const key = keyOf(each);
    if (compare(key, after) <= 0) return;
    const place = placeOf(key, first);
    if (place > limit) return;
    first.splice(place, 0, { each, key });
    if (first.length > limit + 1) first.pop();
  }
  await inSlices(all, consider, signal);
  const { items, nextCursor } = cutPage(list, first, limit, ({ key }) => key);
  return { items: items.map(({ each }) => each), nextCursor };
}
