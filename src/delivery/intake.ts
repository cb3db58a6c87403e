import type {
  CommittedOffset,
  LogRecord,
  RecordBatch,
  Standing,
  TopicPartition,
} from "../log/log-record.ts";
import { partitionKey } from "../log/log-record.ts";
import type { HandOns } from "./hand-ons.ts";
import { PartitionLane } from "./partition-lane.ts";
import type { IntakeLimits, Taken } from "./partition-lane.ts";

/** Port: a member of a consumer group. `assigned` comes before the first records of each assignment. */
export interface PartitionConsumer {
  run(handlers: IntakeHandlers, signal: AbortSignal): Promise<void>;
  pause(at: TopicPartition): void;
  resume(at: TopicPartition): void;
  /** Rejects when the group did not take it; it may be said again later. */
  commit(offsets: readonly CommittedOffset[]): Promise<void>;
  /**
   * Resolves when the group is sure to take this for its member still, or has told of an assignment: at once, but for a
   * process that has been frozen, or cut off, for so long that its partitions may be another's.
   */
  confirmed(): Promise<void>;
  /**
   * Whether the partitions are its own beyond doubt: it is a member, as above, and is not about to join anew, in which
   * case the group may have given them away already.
   */
  readonly isConfirmed: boolean;
}

export interface IntakeHandlers {
  /**
   * `standing` comes where others may have had the partitions since they were here last: what the group has committed by
   * now. Without it, nobody else has had those that were here before.
   */
  assigned(partitions: readonly TopicPartition[], standing?: Standing): void;
  /** `noted` comes with the first batch of an assignment: the metadata of the commit that it begins at. */
  records(batch: RecordBatch, noted?: string): void;
  /** The partition is not what it was, and is read from its begin: offsets of before stand for other records. */
  rewound(at: TopicPartition): void;
  /**
   * The group shares its partitions out anew, and this member joins when it resolves. What is under way and not committed
   * by the time that `assigned` comes is done once more where its partition has gone to another.
   */
  settle?(): Promise<void>;
}

export interface IntakeOptions {
  readonly limits: IntakeLimits;
  /** What shares a partition's room with others: of which kind a record is. */
  readonly kindOf: (record: LogRecord) => string;
  /** Ms since the epoch. */
  readonly now: () => number;
  readonly take: (taken: Taken) => void;
  /** Called when there is something to commit. */
  readonly finished: () => void;
  /** Of all intakes of this process whose records may stand for the same work. */
  readonly handOns: HandOns;
  /** Called for a record that is passed over, since another one stands for the same work, which is in hand or done. */
  readonly copied: (record: LogRecord) => void;
}

type Flow = Omit<PartitionConsumer, "run">;

/**
 * Stands between a consumer and the work: takes records in as they come, bounds what waits per partition by pausing,
 * and commits no further than all is finished, in whatever order that happens.
 */
export class Intake implements IntakeHandlers {
  readonly #consumer: Flow;
  readonly #options: IntakeOptions;
  readonly #lanes = new Map<string, PartitionLane>();
  #closed = false;

  constructor(consumer: Flow, options: IntakeOptions) {
    this.#consumer = consumer;
    this.#options = options;
  }

  /** What is in hand of a partition that others have gone on with is theirs. */
  assigned(partitions: readonly TopicPartition[], standing?: Standing): void {
    const assigned = new Set(partitions.map(partitionKey));
    for (const [key, lane] of this.#lanes) {
      const isOurs = standing === undefined || lane.standsAt(standing.get(key));
      if (!assigned.has(key)) this.#drop(key, lane);
      else if (isOurs) lane.reassigned = true;
      else this.#beginAfresh(key, lane);
    }
  }

  /** What is under way is seen to its end, the rest dropped; it commits nothing: its offsets are other records' now. */
  rewound(at: TopicPartition): void {
    const key = partitionKey(at);
    const lane = this.#lanes.get(key);
    if (lane !== undefined) this.#beginAfresh(key, lane);
  }

  records(batch: RecordBatch, noted?: string): void {
    if (this.#closed) return;
    const lane = this.#laneFor(batch, noted ?? "");
    // After a reassignment the group hands out again, from the last commit on, what this worker still has in hand.
    const { kindOf, take, finished } = this.#options;
    const done = (): void => {
      this.#flow(lane);
      finished();
    };
    const fresh = batch.records.map((record) => lane.take(record, kindOf(record), done));
    this.#flow(lane);
    // Also where all of them were finished before: the mark may have moved.
    finished();
    for (const taken of fresh) if (taken !== null) take(taken);
  }

  /**
   * Commits what has been finished since the last time. Rejects when the group did not take it. A partition that was
   * handed out anew waits for its first batch, which begins at what was committed before; it does come where anything is
   * finished and not committed, since that is handed out again. Once nothing is taken in any more there is no such batch:
   * whoever gets the partition next begins at this commit.
   */
  async commit(): Promise<void> {
    const due = [...this.#lanes.values()].flatMap((lane) => {
      const commit = lane.reassigned && !this.#closed ? null : lane.nextCommit();
      return commit === null ? [] : [{ lane, commit }];
    });
    if (due.length === 0) return;
    for (const { lane, commit } of due) lane.committing = commit;
    await this.#consumer.commit(due.map(({ commit }) => commit));
    for (const { lane, commit } of due) lane.committed = commit;
  }

  /** Takes nothing more in. */
  close(): void {
    this.#closed = true;
    for (const lane of this.#lanes.values()) if (!lane.paused) this.#consumer.pause(lane.at);
  }

  /**
   * The lane that a batch belongs to. The first batch of an assignment begins at the group's last commit. Where that is
   * beyond what this worker has finished, another one has had the partition meanwhile: what is still in hand is theirs,
   * and committing it would set the group back. A batch from below what was committed is of a topic that was deleted and
   * made again: its records are other ones, though their offsets are known here.
   */
  #laneFor(batch: RecordBatch, noted: string): PartitionLane {
    const key = partitionKey(batch);
    let lane = this.#lanes.get(key);
    const begin = batch.records[0]?.offset;
    if (lane?.reassigned === true && begin !== undefined) {
      lane.reassigned = false;
      if (lane.mark !== null && begin > lane.mark) this.#beginAfresh(key, lane);
      lane = this.#lanes.get(key);
    }
    if (lane?.committed && begin !== undefined && begin < lane.committed.offset) {
      this.#beginAfresh(key, lane);
      lane = undefined;
    }
    if (lane === undefined) {
      const { limits, now, handOns, copied } = this.#options;
      lane = new PartitionLane(batch, {
        limits,
        now,
        begin: { offset: begin ?? 0, metadata: noted },
        confirmed: () => this.#consumer.confirmed(),
        isConfirmed: () => this.#consumer.isConfirmed,
        handOns,
        copied,
      });
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** Gives up what is in hand of a partition that stays: there is room for it anew. */
  #beginAfresh(key: string, lane: PartitionLane): void {
    this.#drop(key, lane);
    if (lane.paused && !this.#closed) this.#consumer.resume(lane.at);
  }

  #drop(key: string, lane: PartitionLane): void {
    lane.lost = true;
    this.#lanes.delete(key);
  }

  #flow(lane: PartitionLane): void {
    if (lane.lost) return;
    if (!lane.paused && lane.full) {
      lane.paused = true;
      this.#consumer.pause(lane.at);
    } else if (lane.paused && lane.roomy && !this.#closed) {
      lane.paused = false;
      this.#consumer.resume(lane.at);
    }
  }
}
