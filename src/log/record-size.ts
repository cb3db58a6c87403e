import type { Headers, OutgoingRecord } from "./log-record.ts";

/** What a record takes besides its bytes: lengths, offset, timestamp, and the head of its batch where it is alone. */
const recordOverhead = 100;

/** Two lengths of up to 5 bytes each. */
const headerOverhead = 10;

type Sized = Pick<OutgoingRecord, "key" | "value"> & {
  readonly headers?: OutgoingRecord["headers"] | Headers;
};

/** At most how many bytes a record takes in the log, uncompressed: key, value, headers and what frames them. */
export function recordSize({ key, value, headers = {} }: Sized): number {
  let bytes = recordOverhead + (value?.length ?? 0) + (key === null ? 0 : Buffer.byteLength(key));
  for (const [name, each] of Object.entries(headers))
    bytes += headerOverhead + Buffer.byteLength(name) + Buffer.byteLength(each);
  return bytes;
}
