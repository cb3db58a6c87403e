import type { IntakeHandlers, PartitionConsumer } from "../../src/delivery/intake.ts";
import type { CommittedOffset, TopicPartition } from "../../src/log/log-record.ts";
import { MemoryMember } from "./memory-group.ts";
import type { MemoryGroup } from "./memory-group.ts";

const nothing: IntakeHandlers = {
  assigned: () => undefined,
  records: () => undefined,
  rewound: () => undefined,
};

/** A member of a group on a memory log, as the deliver stage needs it. */
export class MemoryConsumer implements PartitionConsumer {
  readonly #group: MemoryGroup;
  readonly #topics: readonly string[];
  readonly #member: MemoryMember;
  #handlers = nothing;
  /** How many records this member was given, those that it was given twice counted twice. */
  handedOver = 0;

  constructor(group: MemoryGroup, topics: readonly string[]) {
    this.#group = group;
    this.#topics = topics;
    this.#member = new MemoryMember(group, {
      assigned: (...handed) => this.#handlers.assigned(...handed),
      records: (batch, noted) => {
        this.handedOver += batch.records.length;
        this.#handlers.records(batch, noted);
      },
    });
  }

  async run(handlers: IntakeHandlers, signal: AbortSignal): Promise<void> {
    this.#handlers = handlers;
    this.#group.join(this.#member, this.#topics);
    await this.#member.consume(signal);
    this.#group.leave(this.#member);
    this.#handlers = nothing;
  }

  pause(at: TopicPartition): void {
    this.#member.pause(at);
  }

  resume(at: TopicPartition): void {
    this.#member.resume(at);
  }

  commit(offsets: readonly CommittedOffset[]): Promise<void> {
    return this.#group.commit(this.#member, offsets);
  }

  async confirmed(): Promise<void> {}

  get isConfirmed(): boolean {
    return this.#group.has(this.#member);
  }

  /** The group is about to share its partitions out anew: resolves when this member is ready to join. */
  async settle(): Promise<void> {
    await this.#handlers.settle?.();
  }

  /** The group gives this member up, for having been silent, and shares out its partitions; it is not told. */
  expel(): void {
    this.#group.leave(this.#member);
  }

  /** The member finds out that it was given up, and joins again. */
  rejoin(): void {
    this.#group.join(this.#member, this.#topics);
  }
}
