import { OnhookError } from "../../errors.ts";
import type { CallPlace } from "../../history/recent-calls.ts";

const form = /^(-?\d{1,19})-(\d{1,10})-(\d{1,16})$/;

/** Where the next page of recent calls begins. */
export function writeCallCursor({ timestamp, partition, offset }: CallPlace): string {
  return Buffer.from(`${timestamp}-${partition}-${offset}`).toString("base64url");
}

/** Throws CURSOR_INVALID. */
export function readCallCursor(cursor: string): CallPlace {
  const [, ...numbers] = form.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (numbers.length === 0) throw new OnhookError("CURSOR_INVALID");
  const [timestamp, partition, offset] = numbers.map(Number) as [number, number, number];
  return { timestamp, partition, offset };
}
