// @ts-expect-error kafkajs describes its public parts only; the shape used here is ConsumerGroupClass below.
import consumerGroupClass from "kafkajs/src/consumer/consumerGroup.js";
import type { TopicPartition } from "../log/log-record.ts";
import { once } from "../runtime/once.ts";
import { MemberWatchers } from "./member-watchers.ts";
import type { MemberWatch } from "./member-watchers.ts";

/** A consumer's position that is none of its partition's any more, and where it goes on: always at the first record. */
export interface OutOfRange extends TopicPartition {
  /** The offset that was to be fetched. */
  readonly position: number;
  /** Offset of the first record that is kept. Above the position: what lies between was deleted before it was read. */
  readonly low: number;
  /** The end of what is committed. Below the position: the partition is not what it was. */
  readonly end: number;
}

interface ConsumerGroupClass {
  readonly prototype: {
    recoverFromOffsetOutOfRange: (this: GroupMember, at: TopicPartition) => Promise<void>;
  };
}

/** What is used here of kafkajs's ConsumerGroup, which is one consumer's membership. */
interface GroupMember {
  readonly groupId: string;
  readonly memberId: string;
  readonly cluster: {
    fetchTopicsOffset(topics: readonly object[]): Promise<readonly TopicOffsets[]>;
  };
  readonly offsetManager: {
    readonly generationId: number;
    nextOffset(topic: string, partition: number): { toString(): string };
    resolveOffset(at: TopicPartition & { readonly offset: string }): void;
    getCoordinator(): Promise<Coordinator>;
  };
}

interface TopicOffsets {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly offset: string;
    readonly metadata?: string | null;
  }[];
}

interface Coordinator {
  offsetFetch(request: object): Promise<{ readonly responses: readonly TopicOffsets[] }>;
  offsetCommit(request: object): Promise<unknown>;
}

type Tell = (found: OutOfRange) => void;

const watchers = new MemberWatchers<OutOfRange>();

/** `tell` hears of each position that is out of range, before anything is committed for it. */
export function watchPositions(tell: Tell): MemberWatch {
  mend();
  return watchers.watch(tell);
}

/**
 * kafkajs's own recovery says neither where the consumer stood nor where it goes on, so that nobody learns how much was
 * lost; it commits an offset of -2 for a group that commits by itself, and with it drops the commit's metadata.
 */
const mend = once(() => {
  const { prototype } = consumerGroupClass as ConsumerGroupClass;
  const own = prototype.recoverFromOffsetOutOfRange;
  prototype.recoverFromOffsetOutOfRange = async function recoverAndTell({ topic, partition }) {
    const tell = watchers.of(this.memberId);
    const at = { topic, partition };
    await (tell === undefined ? own.call(this, at) : recover(this, at, tell));
  };
});

/** Rejects where a broker can't be had; kafkajs then fetches again, and finds the position out of range again. */
async function recover(member: GroupMember, at: TopicPartition, tell: Tell): Promise<void> {
  const position = Number(member.offsetManager.nextOffset(at.topic, at.partition));
  const low = await offsetOf(member, at, true);
  const end = await offsetOf(member, at, false);
  // A leader that has only just taken over may not have known its own end: nothing is wrong with the position.
  if (position >= low && position <= end) return;
  // Told first: a failure in what follows tells it twice, where it could else be told never.
  tell({ ...at, position, low, end });
  await commit(member, at, low, position < low);
  member.offsetManager.resolveOffset({ ...at, offset: String(low - 1) });
}

async function offsetOf(
  { cluster }: GroupMember,
  { topic, partition }: TopicPartition,
  fromBeginning: boolean,
): Promise<number> {
  const topics = [{ topic, partitions: [{ partition }], fromBeginning }];
  const [answer] = await cluster.fetchTopicsOffset(topics);
  const offset = answer?.partitions[0]?.offset;
  if (offset === undefined) throw new Error(`No leader tells the offsets of ${topic}/${partition}`);
  return Number(offset);
}

/** So that the next owner does not find the same loss again. What the last commit noted besides its offset can stay true. */
async function commit(
  { groupId, memberId, offsetManager }: GroupMember,
  { topic, partition }: TopicPartition,
  low: number,
  keepMetadata: boolean,
): Promise<void> {
  const coordinator = await offsetManager.getCoordinator();
  const asked = { groupId, topics: [{ topic, partitions: [{ partition }] }] };
  const { responses } = await coordinator.offsetFetch(asked);
  const noted = responses[0]?.partitions[0]?.metadata;
  const metadata = keepMetadata && noted ? noted : null;
  const partitions = [{ partition, offset: String(low), metadata }];
  await coordinator.offsetCommit({
    groupId,
    memberId,
    groupGenerationId: offsetManager.generationId,
    topics: [{ topic, partitions }],
  });
}
