import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import type { CommittedOffset, RecordBatch, Standing, TopicPartition } from "../log/log-record.ts";
import { partitionKey } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import { doneWith } from "./fetched-memory.ts";
import type { KafkaEvent } from "./kafka-events.ts";
import { OffsetCommits } from "./offset-commits.ts";
import type { Membership } from "./offset-commits.ts";
import { runSupervised } from "./supervised-consumer.ts";
import { ownBytes, toRecordBatch } from "./to-log-record.ts";
import { withAdmin } from "./with-admin.ts";

export interface GroupConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxBytesPerPartition: number;
}

/** What a consumer hands over to. */
export interface GroupHandlers {
  /**
   * `standing` comes where others may have had the partitions since they were here last: what the group has committed by
   * now. Without it, nobody else has had those that were here before.
   */
  assigned(partitions: readonly TopicPartition[], standing?: Standing): void;
  /** `noted` comes with the first batch of an assignment: the metadata of the commit that it begins at. */
  records(batch: RecordBatch, noted?: string): void;
  /** The partition is not what it was, and is read from its begin: offsets of before stand for other records. */
  rewound(at: TopicPartition): void;
  /** It joins the group anew, or leaves it, when it resolves; commits are taken until then. */
  settle?(): Promise<void>;
}

interface Deps {
  readonly clock: Clock;
  readonly emit: Emit<KafkaEvent>;
}

/**
 * How long a fetch waits for data, and so how late a resumed partition may be fetched again. Data that arrives on a
 * partition that is being fetched is answered at once.
 */
const maxWaitTimeInMs = 50;

/**
 * A member of a consumer group whose records are handed over at once and finished later, in any order: kafkajs fetches
 * again only when all handlers of the last fetch are done.
 */
export class GroupConsumer {
  readonly #kafka: Kafka;
  readonly #options: GroupConsumerOptions;
  readonly #deps: Deps;
  /** kafkajs forgets what was paused when it crashes, and remembers it for partitions that come back; this is the truth. */
  readonly #paused = new Map<string, TopicPartition>();
  #assigned = new Map<string, TopicPartition>();
  #current: Consumer | null = null;
  readonly #commits: OffsetCommits;
  /** Null where the group has not told yet, or not any more. */
  #membership: Membership | null = null;
  /** Whether what it was handed last is still its own, as far as it goes by what the group has told. */
  #isSettled = false;
  /** When it asked the group what that has answered last, by the clock that nobody sets. */
  #askedAt = -Infinity;
  #answer = Promise.withResolvers<void>();
  /** The commits that this assignment begins at; each partition's is gone once somebody has asked for it. */
  #notes: Promise<Map<string, CommittedOffset>> | null = null;

  constructor(kafka: Kafka, options: GroupConsumerOptions, deps: Deps) {
    this.#kafka = kafka;
    this.#options = options;
    this.#deps = deps;
    this.#commits = new OffsetCommits(kafka, options.groupId);
  }

  /**
   * Consumes until `signal` is aborted. `assigned` comes before the first records of each assignment; records that
   * were handed over before and not committed come again after it, even where the partition stays.
   */
  async run(handlers: GroupHandlers, signal: AbortSignal): Promise<void> {
    const { groupId, topics } = this.#options;
    const config = {
      sessionTimeout: this.#options.sessionTimeoutMs,
      heartbeatInterval: this.#options.heartbeatIntervalMs,
      maxBytesPerPartition: this.#options.maxBytesPerPartition,
      maxWaitTimeInMs,
    };
    await runSupervised(
      this.#kafka,
      { groupId, topics, config, partitionsAtOnce: 1 },
      { ...this.#deps, signal },
      {
        joined: (consumer, partitions) => this.#joined(consumer, partitions),
        began: async ({ membership, askedAt }, followsOn) => {
          const standing = followsOn
            ? undefined
            : new Map(await (this.#notes ??= this.#readNotes()));
          handlers.assigned([...this.#assigned.values()], standing);
          this.#answered(membership, askedAt);
          this.#isSettled = true;
        },
        unsettled: async () => {
          this.#isSettled = false;
          await handlers.settle?.();
        },
        batch: (payload) => this.#handOver(payload, handlers),
        rewound: (at) => this.#rewound(at, handlers),
        answered: ({ membership, askedAt }) => this.#answered(membership, askedAt),
        left: () => {
          this.#current = null;
          this.#membership = null;
          this.#isSettled = false;
        },
      },
    );
    await this.#commits.close();
  }

  /** No more records of the partition, from now until `resume`, reassignments and crashes included. */
  pause(at: TopicPartition): void {
    this.#paused.set(partitionKey(at), at);
    this.#tell("pause", at);
  }

  resume(at: TopicPartition): void {
    if (this.#paused.delete(partitionKey(at))) this.#tell("resume", at);
  }

  /** Tells how many partitions are paused. */
  survey(): void {
    const { groupId: group } = this.#options;
    this.#deps.emit({ type: "consumer.paused", group, partitions: this.#paused.size });
  }

  /** Commits what is still assigned, and leaves out what is not. Rejects when the group did not take it: try later. */
  async commit(offsets: readonly CommittedOffset[]): Promise<void> {
    const ours = offsets.filter((at) => this.#assigned.has(partitionKey(at)));
    if (ours.length === 0) return;
    if (this.#membership === null)
      throw new OnhookError("GROUP_LEFT", { group: this.#options.groupId });
    await this.#commits.commit(this.#membership, ours);
  }

  /**
   * Resolves when this is a member of the group, which has answered lately enough not to have given it up since; what the
   * group has given away is told by `assigned` before that. What is begun while it is no member could not be committed.
   */
  async confirmed(): Promise<void> {
    while (!this.#isTrusted) await this.#answer.promise;
  }

  /** Whether, besides, it is not about to join anew: the group may then have given its partitions away, and not told yet. */
  get isConfirmed(): boolean {
    return this.#isSettled && this.#isTrusted;
  }

  get #isTrusted(): boolean {
    const { sessionTimeoutMs, heartbeatIntervalMs } = this.#options;
    const trustedMs = sessionTimeoutMs - heartbeatIntervalMs;
    return this.#membership !== null && performance.now() - this.#askedAt <= trustedMs;
  }

  #answered(membership: Membership, askedAt: number): void {
    this.#membership = membership;
    this.#askedAt = askedAt;
    this.#answer.resolve();
    this.#answer = Promise.withResolvers();
  }

  #joined(consumer: Consumer, partitions: readonly TopicPartition[]): void {
    this.#current = consumer;
    this.#membership = null;
    this.#commits.prepare();
    this.#notes = null;
    this.#assigned = new Map(partitions.map((at) => [partitionKey(at), at]));
    for (const key of this.#paused.keys()) if (!this.#assigned.has(key)) this.#paused.delete(key);
    for (const [key, at] of this.#assigned)
      this.#tell(this.#paused.has(key) ? "pause" : "resume", at);
  }

  #rewound(at: TopicPartition, handlers: GroupHandlers): void {
    // What was noted before tells of other records. A look-up that fails has noted nothing, and is made again.
    this.#notes?.then(
      (notes) => notes.delete(partitionKey(at)),
      () => undefined,
    );
    handlers.rewound(at);
  }

  async #handOver({ batch }: EachBatchPayload, handlers: GroupHandlers): Promise<void> {
    const { topic, partition, records } = toRecordBatch(batch);
    const noted = await this.#takeNote({ topic, partition });
    const group = this.#options.groupId;
    const lag = Number(batch.offsetLag());
    this.#deps.emit({ type: "consumer.lag", group, topic, partition, lag });
    const own = records.map(ownBytes);
    doneWith(batch);
    handlers.records({ topic, partition, records: own }, noted);
  }

  /**
   * The metadata of the commit that an assignment begins at, for its first batch alone. Read after the group was joined:
   * nobody of the generation before can commit any more. Rejects when it can't be had; kafkajs then fetches again.
   */
  async #takeNote(at: TopicPartition): Promise<string | undefined> {
    const asked = (this.#notes ??= this.#readNotes());
    try {
      const notes = await asked;
      const key = partitionKey(at);
      const noted = notes.get(key)?.metadata;
      notes.delete(key);
      return noted;
    } catch (error) {
      if (this.#notes === asked) this.#notes = null;
      throw error;
    }
  }

  async #readNotes(): Promise<Map<string, CommittedOffset>> {
    const { groupId, topics } = this.#options;
    const answer = await withAdmin(this.#kafka, (admin) =>
      admin.fetchOffsets({ groupId, topics: [...topics] }),
    );
    const notes = new Map<string, CommittedOffset>();
    for (const { topic, partitions } of answer) {
      for (const { partition, offset, metadata } of partitions) {
        if (Number(offset) < 0) continue;
        const at = { topic, partition, offset: Number(offset) };
        notes.set(partitionKey(at), metadata ? { ...at, metadata } : at);
      }
    }
    return notes;
  }

  /** Between a crash and the next assignment there is nobody to tell; the set of what is paused says it when there is. */
  #tell(verb: "pause" | "resume", { topic, partition }: TopicPartition): void {
    if (!this.#assigned.has(partitionKey({ topic, partition }))) return;
    try {
      this.#current?.[verb]([{ topic, partitions: [partition] }]);
    } catch (error) {
      // It has crashed, and is about to say so: kafkajs then throws, and forgets what is paused.
      if (!(error instanceof Error) || error.name !== "KafkaJSNonRetriableError") throw error;
    }
  }
}
