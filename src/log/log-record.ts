/** One partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export type Headers = Readonly<Record<string, Buffer>>;

/** A record as read from a log. Its bytes are the reader's own: nothing else writes into them. */
export interface LogRecord extends TopicPartition {
  readonly offset: number;
  /** Milliseconds since the epoch; when it was appended, or made, as the topic is set. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** A record to be written. The partition follows from the key. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string>>;
}

/** Records of one partition, in the order of their offsets, read together. */
export interface RecordBatch extends TopicPartition {
  readonly records: readonly LogRecord[];
}

/** The offset a group goes on from: everything below is finished. */
export interface CommittedOffset extends TopicPartition {
  readonly offset: number;
  /** What is to be known besides, by whoever goes on from there; at most 4,096 bytes. */
  readonly metadata?: string;
}

/** What a group has committed, by partition; nothing of those that are missing. */
export type Standing = ReadonlyMap<string, CommittedOffset>;

/** A key for maps. */
export function partitionKey(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}
