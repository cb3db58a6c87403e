import type {
  CommittedOffset,
  RecordBatch,
  Standing,
  TopicPartition,
} from "../../src/log/log-record.ts";
import { partitionKey } from "../../src/log/log-record.ts";
import type { MemoryLog } from "./memory-log.ts";

export interface MemberHandlers {
  /** With where the group stands, where the member was given up meanwhile. */
  assigned(partitions: readonly TopicPartition[], standing?: Standing): void;
  /** The next batch is handed over when this is done; what it throws makes the member join anew. */
  records(batch: RecordBatch, noted?: string): Promise<void> | void;
}

/** Most records that one fetch brings of a partition; few, so that batches have seams in every test. */
const mostPerBatch = 10;

/**
 * One member of a group. Its position in a partition is the group's committed offset whenever it is assigned anew, and
 * then goes on with what was handed over.
 */
export class MemoryMember {
  readonly #group: MemoryGroup;
  readonly #handlers: MemberHandlers;
  readonly #paused = new Map<string, TopicPartition>();
  #positions = new Map<string, number>();
  /** The metadata of the commits that this assignment begins at, until the first batch. */
  #notes = new Map<string, string>();
  #assigned: readonly TopicPartition[] = [];
  #wasGivenUp = false;

  constructor(group: MemoryGroup, handlers: MemberHandlers) {
    this.#group = group;
    this.#handlers = handlers;
  }

  has(at: TopicPartition): boolean {
    return this.#positions.has(partitionKey(at));
  }

  assign(partitions: readonly TopicPartition[]): void {
    const { log, groupId } = this.#group;
    this.#assigned = partitions;
    this.#positions = new Map(
      partitions.map((at) => [partitionKey(at), log.committed(groupId, at) ?? 0]),
    );
    this.#notes = new Map(
      partitions.map((at) => [partitionKey(at), log.noted(groupId, at)] as const),
    );
    for (const key of this.#paused.keys()) if (!this.#positions.has(key)) this.#paused.delete(key);
    const standing = this.#wasGivenUp ? this.#group.standing(partitions) : undefined;
    this.#wasGivenUp = false;
    this.#handlers.assigned(partitions, standing);
  }

  /** The group goes on without this member, which does not know. */
  forget(): void {
    this.#wasGivenUp = true;
    this.#assigned = [];
    this.#positions.clear();
  }

  pause(at: TopicPartition): void {
    this.#paused.set(partitionKey(at), at);
  }

  resume(at: TopicPartition): void {
    this.#paused.delete(partitionKey(at));
    this.#group.log.wake();
  }

  /** What is handed over next, where the partition is still this member's. */
  seek({ offset, ...at }: CommittedOffset): void {
    if (this.has(at)) this.#positions.set(partitionKey(at), offset);
  }

  /** Hands records over as they come, until `signal` is aborted. */
  async consume(signal: AbortSignal): Promise<void> {
    const { log } = this.#group;
    while (!signal.aborted) {
      const batch = this.#next();
      if (batch === undefined) {
        await log.changed(signal);
        continue;
      }
      const next = (batch.records.at(-1)?.offset ?? -1) + 1;
      this.#positions.set(partitionKey(batch), next);
      try {
        const noted = this.#notes.get(partitionKey(batch));
        this.#notes.delete(partitionKey(batch));
        await this.#handlers.records(batch, noted);
      } catch {
        this.forget();
        this.#group.rebalance();
      }
      // Lets everything that the batch has set off go on before the next one comes.
      await Promise.resolve();
    }
  }

  #next(): RecordBatch | undefined {
    const { log } = this.#group;
    if (log.away) return undefined;
    for (const { topic, partition } of this.#assigned) {
      const at = { topic, partition };
      const key = partitionKey(at);
      if (this.#paused.has(key)) continue;
      const records = log.read(at, this.#positions.get(key) ?? 0, mostPerBatch);
      if (records.length > 0) return { ...at, records };
    }
    return undefined;
  }
}

/** A consumer group: spreads the partitions of its topics over its members, anew whenever one comes or goes. */
export class MemoryGroup {
  readonly log: MemoryLog;
  readonly groupId: string;
  readonly #topics = new Set<string>();
  #members: MemoryMember[] = [];
  #rotation = 0;

  constructor(log: MemoryLog, groupId: string) {
    this.log = log;
    this.groupId = groupId;
  }

  join(member: MemoryMember, topics: readonly string[]): void {
    for (const topic of topics) this.#topics.add(topic);
    if (!this.#members.includes(member)) this.#members.push(member);
    this.rebalance();
  }

  /** The member has left, or was silent for too long; the others share its partitions. */
  leave(member: MemoryMember): void {
    this.#members = this.#members.filter((each) => each !== member);
    member.forget();
    this.rebalance();
  }

  /** Hands the partitions out anew; with `rotate` each goes to the next member. */
  rebalance(rotate = 0): void {
    this.#rotation += rotate;
    const partitions = [...this.#topics].flatMap((topic) =>
      Array.from({ length: this.log.partitionsOf(topic) }, (_, partition) => ({
        topic,
        partition,
      })),
    );
    const members = [...this.#members];
    for (const [index, member] of members.entries()) {
      member.assign(
        partitions.filter((_, number) => (number + this.#rotation) % members.length === index),
      );
    }
    this.log.wake();
  }

  has(member: MemoryMember): boolean {
    return this.#members.includes(member);
  }

  /** What is committed of these partitions. */
  standing(partitions: readonly TopicPartition[]): Standing {
    const { log, groupId } = this;
    return new Map(
      partitions.flatMap((at) => {
        const offset = log.committed(groupId, at);
        const metadata = log.noted(groupId, at);
        return offset === null ? [] : [[partitionKey(at), { ...at, offset, metadata }] as const];
      }),
    );
  }

  /** Rejects while the log is away or the member was expelled; leaves out what is assigned to others. */
  async commit(member: MemoryMember, offsets: readonly CommittedOffset[]): Promise<void> {
    if (this.log.away) throw new Error("the log is away");
    if (!this.#members.includes(member)) throw new Error("not a member of the group");
    for (const at of offsets) if (member.has(at)) this.log.commit(this.groupId, at);
  }
}

/** The groups of a log, by their id. */
export class MemoryGroups {
  readonly #log: MemoryLog;
  readonly #groups = new Map<string, MemoryGroup>();

  constructor(log: MemoryLog) {
    this.#log = log;
  }

  get(groupId: string): MemoryGroup {
    const group = this.#groups.get(groupId) ?? new MemoryGroup(this.#log, groupId);
    this.#groups.set(groupId, group);
    return group;
  }
}
