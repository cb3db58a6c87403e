import { OnhookError } from "../../errors.ts";

/** By what a list is ordered; the last part tells entries apart. */
export type SortKey = readonly string[];

function compare(a: SortKey, b: SortKey): number {
  for (const [index, part] of a.entries()) {
    const other = b[index] ?? "";
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}

const isSortKey = (value: unknown): value is SortKey =>
  Array.isArray(value) && value.every((part) => typeof part === "string");

function readCursor(cursor: string, parts: number | null): SortKey {
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as unknown;
  } catch (cause) {
    throw new OnhookError("CURSOR_INVALID", {}, { cause });
  }
  if (!isSortKey(read) || (parts !== null && read.length !== parts))
    throw new OnhookError("CURSOR_INVALID");
  return read;
}

interface Asked {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/**
 * The page of a list that begins behind the cursor, in the order of the keys. It stays right while entries come and go:
 * the cursor says behind which key to go on, not how many to pass over. Throws CURSOR_INVALID.
 */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (each: T) => SortKey,
  { cursor, limit }: Asked,
): { readonly items: readonly T[]; readonly nextCursor: string | null } {
  const keyed = all.map((each) => ({ each, key: keyOf(each) }));
  const after = cursor === undefined ? null : readCursor(cursor, keyed[0]?.key.length ?? null);
  const left = keyed
    .filter(({ key }) => after === null || compare(key, after) > 0)
    .sort((a, b) => compare(a.key, b.key));
  const page = left.slice(0, limit);
  const last = page.at(-1);
  const isMore = left.length > page.length && last !== undefined;
  return {
    items: page.map(({ each }) => each),
    nextCursor: isMore ? Buffer.from(JSON.stringify(last.key)).toString("base64url") : null,
  };
}
