import type { CallEnded, Cdr } from "../cdr/call-ended.ts";
import { isHarmless, masked } from "./masked-values.ts";

/**
 * A key of a map is a text of the call too, and not to be told from a field of a later schema version; both are numbered
 * where they are not known.
 */
function maskedRecord(record: object, path: string, known: ReadonlySet<string>): object {
  const entries = Object.entries(record).map(([key, value], at) => {
    const below = path === "" ? key : `${path}.${key}`;
    return [known.has(below) ? key : `***${at + 1}`, maskedDeep(value, below, known)] as const;
  });
  return Object.fromEntries(entries);
}

function maskedDeep(value: unknown, path: string, known: ReadonlySet<string>): unknown {
  if (typeof value === "string") return isHarmless(path) ? value : masked(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from("***");
  if (Array.isArray(value)) return value.map((item) => maskedDeep(item, path, known));
  return maskedRecord(value, path, known);
}

/**
 * The call with its texts masked, at any depth, but for those about nobody: what is made of it may be shown to whoever
 * may not see what calls carry. `paths`: those of the field catalog.
 */
export function maskedCall(call: CallEnded, paths: readonly string[]): CallEnded {
  return {
    tenantId: call.tenantId,
    id: call.id === null ? null : masked(call.id),
    cdr: maskedDeep(call.cdr, "", new Set(paths)) as Cdr,
  };
}
