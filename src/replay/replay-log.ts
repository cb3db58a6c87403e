import type { LogRecord, OutgoingRecord, TopicPartition } from "../log/log-record.ts";

/** Offsets of one partition, from `begin` up to and without `end`. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** How far a replay has come in one partition, and how far it goes: what its last commit there says. */
export interface Standing {
  /** The next offset to look at. */
  readonly offset: number;
  /** The end of what it is about; null where the commit does not say it. */
  readonly until: number | null;
}

/** Port: one partition that is replayed from, read outside any group, committed records only. */
export interface SourcePartition {
  /** All that the partition holds now. */
  bounds(): Promise<Range>;
  /** The offset of the first record that is stamped with that time or a later one, ms since the epoch; null: there is none. */
  offsetAt(timestamp: number): Promise<number | null>;
  /** Records from `offset` on, at least one where there is any, and the offset to go on from. */
  fetch(offset: number): Promise<{ readonly records: readonly LogRecord[]; readonly next: number }>;
  close(): Promise<void>;
}

/**
 * Port: the way out of one partition of one replay. Whoever opens it last is the only one who can commit; all others are
 * told REPLAY_TAKEN_OVER.
 */
export interface ReplayLane {
  /** Settles what an earlier run has left open, and says where the replay stands then; null: nowhere yet. */
  open(): Promise<Standing | null>;
  /**
   * Writes the records and the standing in one transaction. When it rejects, it may or may not have been committed: open
   * it again, which tells. Rejects with REPLAY_TAKEN_OVER, with RECORD_TOO_LARGE, or with what trying again can mend.
   */
  commit(records: readonly OutgoingRecord[], standing: Standing): Promise<void>;
  close(): Promise<void>;
}

/** Where a replay stands in each partition of a topic where it does. */
export type Standings = ReadonlyMap<number, Standing>;

/** Port: the way out of one partition for any number of replays that are read for together; opened and owned like a lane. */
export interface JointLane {
  /** Settles what was left open. Where these replays stand may be asked for afterwards. */
  open(replayIds: readonly string[]): Promise<void>;
  /** Writes the records and, by their ids, the next offsets of the replays that they are of, in one transaction; rejects as a lane does. */
  commit(records: readonly OutgoingRecord[], offsets: ReadonlyMap<string, number>): Promise<void>;
  close(): Promise<void>;
}

/** Port: the log as replays use it. What passes rejects as retryable (REPLAY_INTERRUPTED, TOPIC_MISSING and the like). */
export interface ReplayLog {
  partitions(topic: string): Promise<number>;
  source(at: TopicPartition): SourcePartition;
  lane(replayId: string, at: TopicPartition): ReplayLane;
  /** Where a replay stands in each partition of a topic where it does; disturbs no run of it. */
  standings(replayId: string, topic: string): Promise<Standings>;
}

/** Port: the same for replays that are done together. */
export interface JointReplayLog extends Pick<ReplayLog, "partitions" | "source"> {
  jointLane(at: TopicPartition): JointLane;
  /** Where each of the replays stands in these partitions, by its id. Rejects with the signal's reason. */
  standingsOfAll(
    replayIds: readonly string[],
    at: { readonly topic: string; readonly partitions: readonly number[] },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Standings>>;
}
