import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import { partitionKey } from "../log/log-record.ts";
import type { CommittedOffset, OutgoingRecord, TopicPartition } from "../log/log-record.ts";
import { all } from "../runtime/all.ts";
import { backoffMs } from "../runtime/backoff.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import { explained } from "./broker-failure.ts";
import type { KafkaEvent } from "./kafka-events.ts";
import { createPartitions } from "./partitions.ts";
import type { PartitionOf } from "./partitions.ts";
import { createProducerHolder } from "./producer-holder.ts";
import type { ProducerHolder } from "./producer-holder.ts";
import { recordSize } from "../log/record-size.ts";
import { ofOnePartition } from "./one-partition.ts";
import { inSends } from "./record-sets.ts";
import { isTooLarge } from "./refusal-types.ts";

/** Writes records and tells when each is safe. */
export interface RecordWriter extends AsyncDisposable {
  /**
   * Resolves once it is connected and knows the topics' partitions, so that the first record is written as fast as any.
   * Tries for as long as it takes, told each time; rejects with WRITER_CLOSED when the writer was closed before.
   */
  prepare(topics: readonly string[]): Promise<void>;
  /**
   * Resolves when all in-sync replicas have the record. While the broker can't take it, it is tried again for as long
   * as it takes, told each time; rejects with WRITER_CLOSED when the writer was closed before it was written, and with
   * RECORD_TOO_LARGE when the topic takes no record of its size, which no other try can change.
   * Tells where the record stands. While brokers are restarted or leaders move it is written once; after an outage of
   * minutes it may stand there more than once.
   */
  write(record: OutgoingRecord): Promise<CommittedOffset>;
}

/** A record as kafkajs takes it, and whom to tell of it. */
interface Waiting extends OutgoingRecord {
  readonly partition: number;
  readonly written: (at: CommittedOffset) => void;
  readonly failed: (error: unknown) => void;
}

/** What is known of a topic. */
interface LookUp {
  readonly partitions: Promise<PartitionOf>;
  /** Null until it is known, and told to all that wait for it. */
  known: PartitionOf | null;
  /** How many wait for it. */
  waiting: number;
}

/** What waits for one partition, in order; `pump` is running while anything does. */
interface Lane {
  readonly topic: string;
  readonly partition: number;
  /** The same for as long as the lane: a producer counts what it writes to a partition. */
  readonly producer: ProducerHolder;
  /** The look-up that its newest record came by. */
  lookedUp: LookUp;
  waiting: Waiting[];
  pump: Promise<void> | null;
}

interface Deps {
  readonly clock: Clock;
  readonly emit: Emit<KafkaEvent>;
}

/**
 * kafkajs lets a producer send one request at a time to a broker, so that a record waits for whatever is on its way to
 * other partitions. Partitions are shared out to so many producers, each with a connection to each broker.
 */
const producersAtOnce = 4;

/** Makes a writer; it connects with the first record, where it was not told to before. */
export function createRecordWriter(kafka: Kafka, deps: Deps): RecordWriter {
  return new KafkaWriter(kafka, deps);
}

/**
 * One partition per send: with more, kafkajs can resolve although a partition was not written when leaders move.
 * What gathers while a send is under way goes out with the next, so that load makes batches by itself.
 */
class KafkaWriter implements RecordWriter {
  readonly #deps: Deps;
  readonly #lookUp: ReturnType<typeof createPartitions>;
  readonly #producers: readonly ProducerHolder[];
  readonly #closing = new AbortController();
  readonly #lanes = new Map<string, Lane>();
  /** One look-up of a topic for all that wait for it: so they keep their order, and an outage is told once. */
  readonly #lookUps = new Map<string, LookUp>();

  constructor(kafka: Kafka, deps: Deps) {
    this.#deps = deps;
    this.#lookUp = createPartitions(kafka);
    this.#producers = Array.from({ length: producersAtOnce }, () =>
      createProducerHolder(kafka, deps.emit),
    );
  }

  async prepare(topics: readonly string[]): Promise<void> {
    await Promise.all(
      topics.map(async (topic) => {
        await this.#lookUpOf(topic).partitions;
        await this.#persist(topic, () => all(this.#producers.map((each) => each.connected())));
      }),
    );
  }

  write(record: OutgoingRecord): Promise<CommittedOffset> {
    const lookedUp = this.#lookUpOf(record.topic);
    const { known } = lookedUp;
    return known === null
      ? this.#writeOnceKnown(record, lookedUp)
      : this.#enqueue(record, known(record), lookedUp);
  }

  async #writeOnceKnown(record: OutgoingRecord, lookedUp: LookUp): Promise<CommittedOffset> {
    lookedUp.waiting += 1;
    const partitionOf = await lookedUp.partitions;
    lookedUp.waiting -= 1;
    // Not before the last of them has gone on: who comes now must not go past those who have waited.
    if (lookedUp.waiting === 0) lookedUp.known = partitionOf;
    return await this.#enqueue(record, partitionOf(record), lookedUp);
  }

  #enqueue(record: OutgoingRecord, partition: number, lookedUp: LookUp): Promise<CommittedOffset> {
    const { topic } = record;
    const lane = this.#laneOf({ topic, partition }, lookedUp);
    const { promise, resolve, reject } = Promise.withResolvers<CommittedOffset>();
    // One by one: what is read from a log has its key and value by accessors, which a spread leaves out.
    const { key, value, headers } = record;
    const named = headers === undefined ? {} : { headers };
    lane.waiting.push({ topic, key, value, ...named, partition, written: resolve, failed: reject });
    lane.pump ??= this.#pump(lane);
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    for (const lane of this.#lanes.values()) await lane.pump;
    await all(this.#producers.map((each) => each.close()));
  }

  #laneOf({ topic, partition }: TopicPartition, lookedUp: LookUp): Lane {
    const key = partitionKey({ topic, partition });
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      // In turn, so that the partitions of a topic that much is written to are with different ones.
      const producer = this.#producers[this.#lanes.size % producersAtOnce] as ProducerHolder;
      lane = { topic, partition, producer, lookedUp, waiting: [], pump: null };
      this.#lanes.set(key, lane);
    }
    lane.lookedUp = lookedUp;
    return lane;
  }

  #lookUpOf(topic: string): LookUp {
    let looking = this.#lookUps.get(topic);
    if (looking === undefined) {
      const partitions = this.#persist(topic, () => this.#lookUp(topic));
      looking = { partitions, known: null, waiting: 0 };
      this.#lookUps.set(topic, looking);
    }
    return looking;
  }

  async #pump(lane: Lane): Promise<void> {
    while (lane.waiting.length > 0) {
      const taken = lane.waiting;
      lane.waiting = [];
      for (const run of inSends(taken)) await this.#send(lane, run);
    }
    lane.pump = null;
  }

  async #send(lane: Lane, run: readonly Waiting[]): Promise<void> {
    const { topic, partition, producer } = lane;
    const messages = ofOnePartition(run, partition);
    try {
      const attempt = (): Promise<number> => producer.send(topic, messages);
      const first = await this.#persist(topic, attempt, () => this.#forget(lane));
      for (const [index, each] of run.entries())
        each.written({ topic, partition, offset: first + index });
    } catch (error) {
      if (isTooLarge(error)) await this.#sendApart(lane, run);
      else for (const each of run) each.failed(error);
    }
  }

  /** Finds which of the records it is that the broker refused as too large; the others are written. */
  async #sendApart(lane: Lane, run: readonly Waiting[]): Promise<void> {
    const [first] = run;
    if (first === undefined) return;
    if (run.length === 1) {
      const { topic } = lane;
      first.failed(new OnhookError("RECORD_TOO_LARGE", { topic, bytes: recordSize(first) }));
      return;
    }
    const half = run.length >> 1;
    await this.#send(lane, run.slice(0, half));
    await this.#send(lane, run.slice(half));
  }

  /** The topic may have been made anew, with other partitions. A look-up that is under way is not disturbed. */
  #forget({ topic, lookedUp }: Lane): void {
    if (this.#lookUps.get(topic) === lookedUp) this.#lookUps.delete(topic);
  }

  async #persist<T>(topic: string, work: () => Promise<T>, onFailure?: () => void): Promise<T> {
    const { emit, clock } = this.#deps;
    const { signal } = this.#closing;
    for (let attempt = 1; ; attempt += 1) {
      if (signal.aborted) throw new OnhookError("WRITER_CLOSED", { topic });
      try {
        return await work();
      } catch (error) {
        if (isTooLarge(error)) throw error;
        emit({ type: "producer.retrying", topic, attempt, error: explained(error) });
        onFailure?.();
        await pause(clock, backoffMs(attempt, Math.random), signal);
      }
    }
  }
}
