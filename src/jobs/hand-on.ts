import type { Headers, LogRecord, OutgoingRecord } from "../log/log-record.ts";

/**
 * Names the hand-on that a record of a retry topic came by, in a header: the record that it was before. A worker that
 * dies, or loses its partition, after it has written a job to the ladder and before that is committed, leaves the same
 * to do to its successor; the two records then name the same hand-on.
 */
export const handOnHeader = "onhook-handed-on-from";

/** A record by its place and its time: offsets begin anew in a topic that is deleted and made again. */
export type RecordName = Pick<LogRecord, "topic" | "partition" | "offset" | "timestamp">;

/** The name as text. */
export function nameOf({ topic, partition, offset, timestamp }: RecordName): string {
  return `${topic}/${partition}/${offset}/${timestamp}`;
}

export function handOnHeaders(from: RecordName): Record<string, string> {
  return { [handOnHeader]: nameOf(from) };
}

const named = /^(.+)\/(\d{1,10})\/(\d{1,16})\/(-?\d{1,16})$/;

/** The record that a record was handed on from; undefined where none is named. */
export function readHandOn(headers: Headers): RecordName | undefined {
  const [, topic, ...numbers] = named.exec(headers[handOnHeader]?.toString("utf8") ?? "") ?? [];
  if (topic === undefined) return undefined;
  const [partition, offset, timestamp] = numbers.map(Number) as [number, number, number];
  return { topic, partition, offset, timestamp };
}

/** Whether the record carries on the one that it names. */
export function isHandOn({ headers }: OutgoingRecord): boolean {
  return headers !== undefined && handOnHeader in headers;
}
