import type { LogRecord, TopicPartition } from "../log/log-record.ts";

/** What is read of one partition: the offsets from `start` (included) to `end` (excluded). */
export interface Span extends TopicPartition {
  /** The first offset that the log still has. */
  readonly low: number;
  readonly start: number;
  readonly end: number;
  /** Records up to this time, in ms since the epoch, may be gone by retention; null where none is. */
  readonly removedUntil: number | null;
}

/** A group's commit for one partition. */
export interface Commit {
  readonly offset: number;
  readonly metadata: string;
}

/** Port: the topics as an auditor reads them, from outside any group. */
export interface AuditLog {
  /**
   * The spans of a topic's partitions, one each in their order: from the first record that is not before `from` to the
   * first that is not before `to` (ms since the epoch); null is the whole, up to the end of all that is written now,
   * committed or not. Rejects with TOPIC_MISSING.
   */
  spans(topic: string, from: number | null, to: number | null): Promise<readonly Span[]>;
  /** Hands over the committed records of the spans, each partition in its order; waits for transactions that are open. */
  read(spans: readonly Span[], take: (record: LogRecord) => Promise<void> | void): Promise<void>;
  /** A group's commits by partition; none for a partition that it has never committed. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, Commit>>;
}
