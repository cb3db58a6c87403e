import type { OutgoingRecord } from "../log/log-record.ts";
import { recordSize } from "../log/record-size.ts";

/** Of a partition that much is written to, this many at a time: more would keep the broker from the others for longer. */
const maxRecordsPerSend = 500;

/** A send makes one record batch per partition, which must stay below the broker's message.max.bytes (1 MiB). */
const maxBytesPerSend = 512 * 1024;

/**
 * Cuts records into runs that one send can carry, in their order. A record that is too large alone gets a run of its own.
 * `maxRecords` is that of kafkajs's producer where it is left out.
 */
export function inSends<T extends OutgoingRecord>(
  records: readonly T[],
  maxRecords = maxRecordsPerSend,
): T[][] {
  const sends: T[][] = [];
  let run: T[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = recordSize(record);
    if (run.length > 0 && (run.length >= maxRecords || bytes + size > maxBytesPerSend)) {
      sends.push(run);
      run = [];
      bytes = 0;
    }
    run.push(record);
    bytes += size;
  }
  if (run.length > 0) sends.push(run);
  return sends;
}
