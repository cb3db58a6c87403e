import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";
import type { OutgoingRecord, RecordBatch, TopicPartition } from "../log/log-record.ts";
import { partitionKey } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import { explained } from "./broker-failure.ts";
import { doneWith } from "./fetched-memory.ts";
import { startHeartbeats } from "./heartbeats.ts";
import type { Heartbeats } from "./heartbeats.ts";
import { HeldPartitions } from "./held-partitions.ts";
import type { KafkaEvent } from "./kafka-events.ts";
import { isFenced, isTooLarge } from "./refusal-types.ts";
import { runSupervised } from "./supervised-consumer.ts";
import { toRecordBatch } from "./to-log-record.ts";
import { TransactionalLane } from "./transactional-lane.ts";

export interface ExactlyOnceOptions {
  readonly groupId: string;
  readonly topic: string;
  readonly transactionalIdPrefix: string;
  readonly transactionTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxBytesPerPartition: number;
  /** The largest record that the topics of the output are meant to take, in bytes. */
  readonly maxRecordBytes: number;
  readonly partitionsAtOnce: number;
  /** The topics of the output. */
  readonly outputs: readonly string[];
}

/** What the first `consumed` records of a batch become, at least one; `committed` is called once they have. */
export interface Output {
  readonly consumed: number;
  readonly records: readonly OutgoingRecord[];
  committed(): void;
}

/** Makes records of at most `maxRecordBytes` each: a larger one would be refused whenever it is tried. */
export type Transform = (batch: RecordBatch, maxRecordBytes: number) => Promise<Output>;

export interface ExactlyOnceProcessor {
  /**
   * Reads the topic until `signal` is aborted, turns each batch into records by `transform` and commits both in one
   * transaction, or in several where `transform` takes it in parts. A rejection of `transform` or of the commit is told,
   * and tried again after a back-off during which the other partitions go on; nothing is skipped.
   */
  run(transform: Transform, signal: AbortSignal): Promise<void>;
}

interface Deps {
  readonly clock: Clock;
  readonly emit: Emit<KafkaEvent>;
}

/** A lane and what is known of it. */
interface OpenLane {
  readonly source: TopicPartition;
  readonly lane: TransactionalLane;
  /** The offset that follows all that this lane has committed; undefined: not open, or in doubt. */
  next: number | undefined;
  /** Not null where the broker refused something as too large: record by record then, to the end of that batch. */
  careful: { readonly until: number; readonly maxRecordBytes: number } | null;
}

/** Whatever the settings of a topic, it takes a record of this size. */
const leastRecordBytes = 16 * 1024;

/** How long a fetch waits for calls; one that comes is answered at once. */
const maxWaitTimeInMs = 250;

/**
 * Consume, transform, produce, exactly once. The argument: only the last opener of a partition's lane can commit, and
 * each opener starts at the offset that was committed when all before it was settled. So whoever is wrong about owning
 * a partition (frozen, replaced, restarted) either is fenced off or continues where the other ended, never before.
 *
 * A batch that fails leaves the position of its partition where it was, in front of the batch, and its lane closed. The
 * partition alone is held for a while; its handler returns, since kafkajs fetches nothing at all while one is at work.
 * What is fetched then is done from the offset that the lane, opened again, finds committed.
 */
export function createExactlyOnceProcessor(
  kafka: Kafka,
  options: ExactlyOnceOptions,
  deps: Deps,
): ExactlyOnceProcessor {
  const { groupId, topic, partitionsAtOnce } = options;
  const config = {
    sessionTimeout: options.sessionTimeoutMs,
    heartbeatInterval: options.heartbeatIntervalMs,
    maxBytesPerPartition: options.maxBytesPerPartition,
    maxWaitTimeInMs,
  };
  return {
    async run(transform, signal) {
      const processing = new Processing(kafka, options, deps, transform, signal);
      await runSupervised(
        kafka,
        { groupId, topics: [topic], config, partitionsAtOnce, handlerResolves: true },
        { ...deps, signal },
        {
          joined: (consumer, partitions) => processing.joined(consumer, partitions),
          batch: (payload) => processing.handle(payload),
          rewound: (at) => processing.rewound(at),
          left: () => processing.left(),
        },
      );
      await processing.close();
    },
  };
}

class Processing {
  readonly #kafka: Kafka;
  readonly #options: ExactlyOnceOptions;
  readonly #deps: Deps;
  readonly #transform: Transform;
  readonly #signal: AbortSignal;
  readonly #held: HeldPartitions;
  readonly #lanes = new Map<string, OpenLane>();
  readonly #closing = new Set<Promise<void>>();

  constructor(
    kafka: Kafka,
    options: ExactlyOnceOptions,
    deps: Deps,
    transform: Transform,
    signal: AbortSignal,
  ) {
    this.#kafka = kafka;
    this.#options = options;
    this.#deps = deps;
    const { groupId: group } = options;
    this.#held = new HeldPartitions(deps.clock, (partitions) =>
      deps.emit({ type: "consumer.paused", group, partitions }),
    );
    this.#transform = transform;
    this.#signal = signal;
  }

  joined(consumer: Consumer, partitions: readonly TopicPartition[]): void {
    this.#held.joined(consumer, partitions);
    this.#keepOnly(partitions);
  }

  left(): void {
    this.#held.left();
  }

  /** What this lane has committed are other records' offsets: it finds out anew where the group stands. */
  rewound(at: TopicPartition): void {
    const open = this.#lanes.get(partitionKey(at));
    if (open !== undefined) this.#giveUp(open);
  }

  async handle(payload: EachBatchPayload): Promise<void> {
    const { heartbeatIntervalMs, groupId } = this.#options;
    const { emit, clock } = this.#deps;
    const batch = toRecordBatch(payload.batch);
    const { topic, partition } = batch;
    const open = this.#laneOf(batch);
    using heartbeats = startHeartbeats(() => payload.heartbeat(), heartbeatIntervalMs, clock);
    let lag = payload.batch.offsetLagLow();
    try {
      const next = await this.#process(open, batch, heartbeats);
      // From kafkajs's side of the batch's end: it then also passes over markers that nobody is handed.
      if (next !== null) {
        payload.resolveOffset(String(next - 1));
        // All that was made of it is committed.
        doneWith(payload.batch);
      }
      lag = payload.batch.offsetLag();
    } catch (error) {
      if (heartbeats.lostBy(error)) throw error;
      if (isTooLarge(error)) this.#beCareful(open, batch);
      await this.#failed(open, error);
    }
    emit({ type: "consumer.lag", group: groupId, topic, partition, lag: Number(lag) });
    // Throws when the group has gone on without us, which kafkajs must hear of.
    await heartbeats.during(Promise.resolve());
  }

  async close(): Promise<void> {
    this.#held.close();
    await Promise.all([
      ...this.#closing,
      ...[...this.#lanes.values()].map((open) => this.#close(open)),
    ]);
    this.#lanes.clear();
  }

  /** A lane that is not ours any more has another owner, or will have one; its connection is given up. */
  #keepOnly(partitions: readonly TopicPartition[]): void {
    const kept = new Set(partitions.map(partitionKey));
    for (const [key, open] of this.#lanes) {
      if (kept.has(key)) continue;
      this.#lanes.delete(key);
      this.#giveUp(open);
    }
  }

  /** Closes a lane that nobody waits for. */
  #giveUp(open: OpenLane): void {
    const closing = this.#close(open).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /**
   * The topics may take less than they are meant to. First finds the record that it is about, then tries that with less
   * and less, so that no other pays for it.
   */
  #beCareful(open: OpenLane, { records }: RecordBatch): void {
    const { maxRecordBytes } = this.#options;
    const most = open.careful === null ? maxRecordBytes : open.careful.maxRecordBytes / 2;
    const until = (records.at(-1)?.offset ?? -1) + 1;
    open.careful = { until, maxRecordBytes: Math.max(leastRecordBytes, most) };
  }

  async #failed(open: OpenLane, error: unknown): Promise<void> {
    const { topic, partition } = open.source;
    const fenced = isFenced(error);
    this.#deps.emit({
      type: "transaction.aborted",
      topic,
      partition,
      fenced,
      error: explained(error),
    });
    await this.#close(open);
    this.#held.failed(open.source);
  }

  /** Does a batch, in as many transactions as it takes. Returns the offset to go on from; null: stopped on the way. */
  async #process(
    open: OpenLane,
    batch: RecordBatch,
    heartbeats: Heartbeats,
  ): Promise<number | null> {
    const [first] = batch.records;
    const end = (batch.records.at(-1)?.offset ?? -1) + 1;
    if (first === undefined) return null;
    // In front of what this lane has committed: handed out twice, or of a topic that was deleted and made again, whose
    // first records must not be taken for those of the old one. The group's own offset tells which.
    if (open.next !== undefined && first.offset < open.next) open.next = undefined;
    let next = (open.next ??= (await open.lane.open()) ?? first.offset);
    // kafkajs may hand out what is committed already: a transaction's offsets become visible after its commit.
    while (next < end) {
      if (this.#signal.aborted) return null;
      const from = next;
      const left =
        from <= first.offset ? batch.records : batch.records.filter(({ offset }) => offset >= from);
      next = await this.#commitSome(open, { ...batch, records: left }, heartbeats);
    }
    return next;
  }

  /** Transforms and commits as much of the records as one transaction should hold. Returns the offset behind them. */
  async #commitSome(open: OpenLane, batch: RecordBatch, heartbeats: Heartbeats): Promise<number> {
    const { maxRecordBytes } = this.#options;
    const { careful } = open;
    const records = careful === null ? batch.records : batch.records.slice(0, 1);
    const most = careful?.maxRecordBytes ?? maxRecordBytes;
    const transforming = this.#transform({ ...batch, records }, most);
    const output = await heartbeats.during(transforming);
    const last = records[output.consumed - 1];
    if (last === undefined) throw new RangeError(`No ${output.consumed} records of a batch`);
    // Not given up half-way when a heartbeat fails: whether it was taken would be in doubt for nothing.
    await open.lane.commit(output.records, last.offset + 1);
    open.next = last.offset + 1;
    if (careful !== null)
      open.careful = open.next < careful.until ? { ...careful, maxRecordBytes } : null;
    this.#held.succeeded(batch);
    output.committed();
    return open.next;
  }

  #laneOf({ topic, partition }: TopicPartition): OpenLane {
    const source = { topic, partition };
    const key = partitionKey(source);
    let open = this.#lanes.get(key);
    if (open === undefined) {
      const options = { ...this.#options, source };
      const lane = new TransactionalLane(this.#kafka, options, this.#deps.clock);
      open = { source, lane, next: undefined, careful: null };
      this.#lanes.set(key, open);
    }
    return open;
  }

  async #close(open: OpenLane): Promise<void> {
    open.next = undefined;
    try {
      await open.lane.close();
    } catch (error) {
      this.#deps.emit({ type: "producer.abandoned", error });
    }
  }
}
