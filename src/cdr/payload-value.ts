import { carries, isAbsent } from "./absence.ts";
import { put } from "../avro/value-reader.ts";

function payloadRecord(record: object): Record<string, unknown> {
  const payload: Record<string, unknown> = {};
  // A call has some eighty fields, and most of them nothing: no pair is made for each.
  for (const name of Object.keys(record)) {
    const carried = payloadValue(record[name as keyof typeof record]);
    if (carried !== undefined) put(payload, name, carried);
  }
  return payload;
}

/** The payload's form of a value, undefined when it carries nothing. */
function payloadValue(value: unknown): unknown {
  if (isAbsent(value)) return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (!carries(value)) return undefined;
  if (!Array.isArray(value)) return payloadRecord(value);
  return value.map(payloadValue).filter((item) => item !== undefined);
}

/**
 * The CDR as the payload carries it, its properties in the schema's order. Left out, at any depth: what the call does
 * not have, numbers without a decimal form, and empty arrays, maps and records (a directory match whose `fields` are
 * all absent has no `fields`; a form could not write an empty one). 0 and "" stay. Bytes become base64 text; a bigint
 * stays one, for the encoder to write as a plain integer. Source: spec, sections 2 and 3.
 */
export function payloadCdr(cdr: object): Record<string, unknown> {
  return payloadRecord(cdr);
}
