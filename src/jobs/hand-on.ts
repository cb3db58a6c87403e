import type { Headers, LogRecord } from "../log/log-record.ts";

/**
 * Names the hand-on that a record of a retry topic came by, in a header: the record that it was before. A worker that
 * dies, or loses its partition, after it has written a job to the ladder and before that is committed, leaves the same
 * to do to its successor; the two records then name the same hand-on.
 */
export const handOnHeader = "onhook-handed-on-from";

/** The record by its place and its time: offsets begin anew in a topic that is deleted and made again. */
export function handOnHeaders(from: LogRecord): Record<string, string> {
  const { topic, partition, offset, timestamp } = from;
  return { [handOnHeader]: `${topic}/${partition}/${offset}/${timestamp}` };
}

/** The hand-on that a record came by; undefined where none is named. */
export function readHandOn(headers: Headers): string | undefined {
  return headers[handOnHeader]?.toString("utf8");
}
