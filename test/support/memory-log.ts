import { OnhookError } from "../../src/errors.ts";
import { partitionKey } from "../../src/log/log-record.ts";
import type {
  CommittedOffset,
  LogRecord,
  OutgoingRecord,
  TopicPartition,
} from "../../src/log/log-record.ts";
import type { Clock } from "../../src/runtime/clock.ts";

const bytes = (value: Buffer | string | null): Buffer | null =>
  value === null ? null : Buffer.from(value);

/** Where a key belongs. Any spread will do, as long as it is the same for the same key. */
export function memoryPartitionOf(key: Buffer | null, partitions: number): number {
  return (key ?? Buffer.alloc(0)).reduce((sum, byte) => (sum * 31 + byte) % 65_521, 7) % partitions;
}

interface Partition {
  readonly at: TopicPartition;
  records: LogRecord[];
  /** The first offset that is kept. */
  begin: number;
  /** The next offset; beyond the last record where a marker of a transaction stands at the end. */
  end: number;
}

/**
 * A log without a broker: topics, partitions, offsets with gaps, transactions, and groups' committed offsets. All that
 * waits on it is woken by promises alone, so that a test with a fake clock sees everything settle at once.
 */
export class MemoryLog {
  readonly #clock: Clock;
  readonly #topics = new Map<string, readonly Partition[]>();
  readonly #committed = new Map<string, CommittedOffset>();
  readonly #epochs = new Map<string, number>();
  #change = Promise.withResolvers<void>();
  #away = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  createTopic(topic: string, partitions: number): void {
    const empty = (_: unknown, partition: number): Partition => ({
      at: { topic, partition },
      records: [],
      begin: 0,
      end: 0,
    });
    this.#topics.set(topic, Array.from({ length: partitions }, empty));
    this.wake();
  }

  /** The topic has so many more partitions from now on. */
  addPartitions(topic: string, more: number): void {
    const before = this.#topics.get(topic) ?? [];
    this.createTopic(topic, before.length + more);
    const grown = this.#topics.get(topic) ?? [];
    this.#topics.set(topic, [...before, ...grown.slice(before.length)]);
  }

  /** While it is away nothing is read, written or committed; what waits for that goes on when it is back. */
  get away(): boolean {
    return this.#away;
  }

  set away(away: boolean) {
    this.#away = away;
    this.wake();
  }

  /** 0 where the topic does not exist. */
  partitionsOf(topic: string): number {
    return this.#topics.get(topic)?.length ?? 0;
  }

  append(record: OutgoingRecord): CommittedOffset {
    const { topic } = record;
    const [key, value] = [bytes(record.key), bytes(record.value)];
    const count = this.partitionsOf(topic);
    if (count === 0) throw new OnhookError("TOPIC_MISSING", { topic });
    const partition = this.#partition({ topic, partition: memoryPartitionOf(key, count) });
    const offset = partition.end;
    partition.end += 1;
    const headers = Object.fromEntries(
      Object.entries(record.headers ?? {}).map(([name, value]) => [name, Buffer.from(value)]),
    );
    const timestamp = this.#clock.now();
    partition.records.push({ ...partition.at, offset, timestamp, key, value, headers });
    this.wake();
    return { ...partition.at, offset };
  }

  /** Takes up offsets that no reader ever gets: markers of transactions, aborted records. */
  skip(at: TopicPartition, offsets = 1): void {
    this.#partition(at).end += offsets;
    this.wake();
  }

  /** Keeps the last record of each key, as the log cleaner does; the offsets stay. */
  compact(topic: string): void {
    for (const partition of this.#topics.get(topic) ?? []) {
      const last = new Map(partition.records.map((record) => [String(record.key), record.offset]));
      partition.records = partition.records.filter(
        (record) => last.get(String(record.key)) === record.offset,
      );
    }
  }

  /** Takes one record away, as no log ever does; its offset stays empty. */
  tearOut({ offset, ...at }: TopicPartition & { readonly offset: number }): void {
    const partition = this.#partition(at);
    partition.records = partition.records.filter((record) => record.offset !== offset);
  }

  /** Deletes what stands before an offset, as retention does. */
  deleteBefore({ offset, ...at }: CommittedOffset): void {
    const partition = this.#partition(at);
    partition.begin = offset;
    partition.records = partition.records.filter((record) => record.offset >= offset);
    this.wake();
  }

  read(at: TopicPartition, from: number, most: number): readonly LogRecord[] {
    return this.#partition(at)
      .records.filter(({ offset }) => offset >= from)
      .slice(0, most);
  }

  /** All records of a topic, one partition after the other. */
  all(topic: string): readonly LogRecord[] {
    return (this.#topics.get(topic) ?? []).flatMap(({ records }) => records);
  }

  beginOf(at: TopicPartition): number {
    return this.#partition(at).begin;
  }

  endOf(at: TopicPartition): number {
    return this.#partition(at).end;
  }

  committed(groupId: string, at: TopicPartition): number | null {
    return this.#committed.get(`${groupId} ${partitionKey(at)}`)?.offset ?? null;
  }

  /** The metadata of the last commit. */
  noted(groupId: string, at: TopicPartition): string {
    return this.#committed.get(`${groupId} ${partitionKey(at)}`)?.metadata ?? "";
  }

  commit(groupId: string, at: CommittedOffset): void {
    this.#assertHere();
    this.#committed.set(`${groupId} ${partitionKey(at)}`, at);
    this.wake();
  }

  /** Opens a partition's transactional lane, which fences off whoever had it open before. Returns its epoch. */
  openLane(name: string, at: TopicPartition): number {
    this.#assertHere();
    const lane = `${name} ${partitionKey(at)}`;
    const epoch = (this.#epochs.get(lane) ?? 0) + 1;
    this.#epochs.set(lane, epoch);
    return epoch;
  }

  /**
   * Appends the records and commits offsets of the source by group, all or nothing. Throws when the lane, by its name the
   * one group's that it is of, was taken over.
   */
  commitTransaction(
    name: string,
    source: TopicPartition & { readonly epoch: number },
    records: readonly OutgoingRecord[],
    offsets: ReadonlyMap<string, CommittedOffset>,
  ): void {
    this.#assertHere();
    if (this.#epochs.get(`${name} ${partitionKey(source)}`) !== source.epoch) {
      throw new OnhookError("LANE_CLOSED", { partition: partitionKey(source) });
    }
    const missing = records.find(({ topic }) => this.partitionsOf(topic) === 0);
    if (missing !== undefined) throw new OnhookError("TOPIC_MISSING", { topic: missing.topic });
    const touched = new Map(
      records.map((record) => this.append(record)).map((at) => [partitionKey(at), at]),
    );
    for (const at of touched.values()) this.skip(at);
    for (const [groupId, offset] of offsets) this.commit(groupId, offset);
  }

  /** Resolves as soon as anything changes, or `signal` is aborted. */
  async changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = (): void => resolve();
    signal.addEventListener("abort", stop, { once: true });
    await Promise.race([promise, this.#change.promise]);
    signal.removeEventListener("abort", stop);
  }

  wake(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers<void>();
    resolve();
  }

  #assertHere(): void {
    if (this.#away) throw new Error("the log is away");
  }

  #partition({ topic, partition }: TopicPartition): Partition {
    const found = this.#topics.get(topic)?.[partition];
    if (found === undefined) throw new OnhookError("TOPIC_MISSING", { topic });
    return found;
  }
}
