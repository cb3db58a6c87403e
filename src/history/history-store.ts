import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { TopicPartition } from "../log/log-record.ts";
import type { ChangeRecord } from "./change-record.ts";
import type { History, KeptCall } from "./history.ts";

/** Up to where a partition is in the history. */
export interface Position extends TopicPartition {
  /** The offset to go on from. */
  readonly next: number;
}

/** A call to be kept with its deliveries. */
export interface CallToKeep extends KeptCall {
  readonly tenantId: string;
  readonly cdrId: string;
}

/** What was read of a partition, and how far that leads. */
export interface FeedBatch extends Position {
  readonly attempts: readonly DeliveryAttempt[];
  readonly changes: readonly ChangeRecord[];
  readonly calls: readonly CallToKeep[];
}

/** How much there is. */
export interface StoreSize {
  readonly attempts: number;
  readonly deliveries: number;
  /** Of the file and its write-ahead log. */
  readonly bytes: number;
}

/** A history that is open. */
export interface OpenHistory {
  readonly positions: readonly Position[];
  /**
   * Aborted, with the error as its reason, when it has to be opened anew: the file was found to be damaged, for which a
   * new one is made, or what writes it has ended. What was read since may be lost: the new positions say where to go on.
   */
  readonly lost: AbortSignal;
}

/** What is to be forgotten. */
export interface ForgetOrder {
  /** Whatever was last touched before; ms since the epoch. */
  readonly before: number;
  /** Beyond so many bytes the oldest goes, whatever its age. */
  readonly maxBytes: number;
}

export interface Forgotten {
  readonly deliveries: number;
  readonly reason: "age" | "size";
  /** Nothing is left to be forgotten now. */
  readonly isDone: boolean;
}

/** Port: where the history is kept. All reject with HISTORY_UNAVAILABLE, or HISTORY_DAMAGED, and can be tried again. */
export interface HistoryStore extends History {
  /** Opens the file; one that can't be used is moved aside, and a new one made in its place. */
  open(): Promise<OpenHistory>;
  /**
   * Takes the batches and their positions in one transaction. An attempt that is known, by its job, its number and its
   * time, and a change that is known by its id, count once, whatever batch they come with.
   */
  feed(batches: readonly FeedBatch[]): Promise<void>;
  /** Forgets a small part of what is to be forgotten, so that others get their turn; call again until it is done. */
  forget(order: ForgetOrder): Promise<Forgotten>;
  /** As of the last time that something was written. */
  readonly size: StoreSize;
}
