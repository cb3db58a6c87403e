import { hash } from "node:crypto";
import { OnhookError } from "../errors.ts";

/** What a page ended with: the next one begins behind it. */
export interface PageEnd {
  /** Ms since the epoch. */
  readonly at: number;
  /** Decides among those of one time. */
  readonly id: number;
}

const version = 1;
const markBytes = 6;
const bytes = 1 + markBytes + 8 + 8;

/** Tells the list that a cursor belongs to from all others; who asks for another list with it has mixed something up. */
function markOf(list: readonly unknown[]): Buffer {
  return hash("sha256", JSON.stringify(list), "buffer").subarray(0, markBytes);
}

/** `list`: what was asked for, but for where the page begins and how long it is. */
export function writeCursor(list: readonly unknown[], { at, id }: PageEnd): string {
  const cursor = Buffer.alloc(bytes);
  cursor.writeUInt8(version);
  markOf(list).copy(cursor, 1);
  cursor.writeBigInt64BE(BigInt(at), 1 + markBytes);
  cursor.writeBigInt64BE(BigInt(id), 1 + markBytes + 8);
  return cursor.toString("base64url");
}

/** Throws CURSOR_INVALID for whatever `writeCursor` has not made of the same list. */
export function readCursor(list: readonly unknown[], text: string): PageEnd {
  const cursor = Buffer.from(text, "base64url");
  const isOurs =
    cursor.length === bytes &&
    cursor.toString("base64url") === text &&
    cursor[0] === version &&
    markOf(list).equals(cursor.subarray(1, 1 + markBytes));
  if (!isOurs) throw new OnhookError("CURSOR_INVALID");
  const at = Number(cursor.readBigInt64BE(1 + markBytes));
  const id = Number(cursor.readBigInt64BE(1 + markBytes + 8));
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(id))
    throw new OnhookError("CURSOR_INVALID");
  return { at, id };
}
