import type { Headers, OutgoingRecord } from "./log-record.ts";

/** What a record takes besides its bytes: lengths, offset, timestamp, and the head of its batch where it is alone. */
const recordOverhead = 100;

/** Two lengths of up to 5 bytes each. */
const headerOverhead = 10;

type Sized = Pick<OutgoingRecord, "key" | "value"> & {
  readonly headers?: OutgoingRecord["headers"] | Headers;
};

/** At most how many bytes a record takes in the log, uncompressed: key, value, headers and what frames them. */
export function recordSize({ key, value, headers }: Sized): number {
  let bytes = recordOverhead + (value?.length ?? 0) + (key === null ? 0 : Buffer.byteLength(key));
  if (headers === undefined) return bytes;
  // Entries would be made for each of millions of records, most of which have none.
  for (const name of Object.keys(headers))
    bytes += headerOverhead + Buffer.byteLength(name) + Buffer.byteLength(headers[name] as Buffer);
  return bytes;
}
