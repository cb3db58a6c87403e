import type { Payload } from "./payload.ts";

/** A form's field: its name in bracket notation, and its value, neither of them encoded yet. */
export type FormField = readonly [name: string, value: string];

type Scalar = string | number | bigint | boolean;

/**
 * Writes a key so that it can stand between brackets. Receivers split names at brackets and disagree about nested or
 * unpaired ones (qs drops what follows, PHP keeps half of it, Rack refuses a request whose fields clash), and `[]` means
 * "the next item" to all of them. So `[`, `]` and the empty key are written as `%5B`, `%5D` and `%`, and a `%` that could
 * be taken for one of these as `%25`: every receiver then sees one key, and the original can be told from it.
 */
function bracketed(key: string): string {
  if (key === "") return "[%]";
  return `[${key.replaceAll(/[[\]]|^%$|%(?=25|5b|5d)/gi, (found) => encodeURIComponent(found))}]`;
}

function* fieldsOf(name: string, value: unknown): Generator<FormField> {
  if (value === null || value === undefined) return;
  if (typeof value === "object") {
    // An array's keys are its indexes.
    for (const [key, item] of Object.entries(value)) yield* fieldsOf(name + bracketed(key), item);
  } else {
    yield [name, `${value as Scalar}`];
  }
}

/**
 * The payload as the fields of a form or a query, in bracket notation (`cdr[tags][Support]`), in the payload's order:
 * arrays indexed from 0, maps by key, numbers as in JSON. Absent values and empty arrays or maps have no field.
 */
export function flatten(payload: Payload): FormField[] {
  return Object.entries(payload).flatMap(([name, value]) => Array.from(fieldsOf(name, value)));
}

/** The fields as application/x-www-form-urlencoded, UTF-8. */
export function urlEncoded(fields: readonly FormField[]): string {
  const query = new URLSearchParams();
  for (const [name, value] of fields) query.append(name, value);
  return query.toString();
}

/**
 * Escapes a field's name for its header. Source: HTML, "multipart/form-data encoding algorithm". Its conversion of line
 * ends is left out, for names and values alike: they are data here, not what somebody typed.
 */
function escapedName(name: string): string {
  return name.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");
}

/** A boundary that stands nowhere in the fields. It follows from the job, so that every attempt sends the same bytes. */
function boundaryFor(fields: readonly FormField[], jobId: string): string {
  const base = `onhook-${jobId.replaceAll(/[^\w-]/g, "").slice(0, 48)}`;
  const taken = (boundary: string): boolean =>
    fields.some(([name, value]) => name.includes(boundary) || value.includes(boundary));
  let boundary = base;
  for (let next = 1; taken(boundary); next += 1) boundary = `${base}-${next}`;
  return boundary;
}

/** The fields as a body of type multipart/form-data, with the content type that names its boundary. Source: RFC 7578. */
export function multipart(
  fields: readonly FormField[],
  jobId: string,
): { readonly contentType: string; readonly body: Buffer } {
  const boundary = boundaryFor(fields, jobId);
  const parts = fields.map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${escapedName(name)}"\r\n\r\n${value}\r\n`,
  );
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.from(`${parts.join("")}--${boundary}--\r\n`),
  };
}
