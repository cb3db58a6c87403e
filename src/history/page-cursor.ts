import { hash } from "node:crypto";
import { OnhookError } from "../errors.ts";
import type { Page } from "./history.ts";

/** By what the entries of a list are ordered; no two have the same. */
type Place = readonly (string | number)[];

/** Tells the list that a cursor belongs to from all others; who asks for another list with it has mixed something up. */
const markOf = (list: readonly unknown[]): string =>
  hash("sha256", JSON.stringify(list), "base64url").slice(0, 8);

const writeCursor = (list: readonly unknown[], place: Place): string =>
  Buffer.from(JSON.stringify([markOf(list), ...place])).toString("base64url");

function parsed(cursor: string): readonly unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(read) ? read : [];
  } catch {
    // Whatever is no JSON is nothing that was written.
    return [];
  }
}

/**
 * Behind which place a page begins. `list`: what was asked for, but for where the page begins and how long it is.
 * `first`: the place before all entries, for a page without a cursor. Throws CURSOR_INVALID for whatever no page of the
 * same list has given.
 */
export function readCursor<P extends Place>(
  list: readonly unknown[],
  cursor: string | undefined,
  first: P,
): P {
  if (cursor === undefined) return first;
  const [, ...place] = parsed(cursor);
  const isOurs =
    place.length === first.length &&
    place.every((part, index) => typeof part === typeof first[index]) &&
    writeCursor(list, place as unknown as P) === cursor;
  if (!isOurs) throw new OnhookError("CURSOR_INVALID");
  return place as unknown as P;
}

/** Makes the page of what was found behind a cursor: `limit` entries and, where there are more, one of these at least. */
export function cutPage<T>(
  list: readonly unknown[],
  found: readonly T[],
  limit: number,
  placeOf: (last: T) => Place,
): Page<T> {
  const last = found.length > limit ? found[limit - 1] : undefined;
  return {
    items: found.slice(0, limit),
    nextCursor: last === undefined ? null : writeCursor(list, placeOf(last)),
  };
}
