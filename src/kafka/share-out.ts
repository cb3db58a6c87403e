import { partitionKey } from "../log/log-record.ts";
import type { TopicPartition } from "../log/log-record.ts";

/** Partitions that a member was handed in a generation, by `partitionKey`. */
export interface Claims {
  readonly generation: number;
  readonly keys: ReadonlySet<string>;
}

/** A member of a group, as it joins. */
export interface Claimant {
  readonly memberId: string;
  /** What it subscribes to: it is handed nothing else. */
  readonly topics: ReadonlySet<string>;
  readonly claims: Claims;
}

/** What a member has got so far. */
class Share {
  readonly member: Claimant;
  readonly partitions: TopicPartition[] = [];
  readonly #perTopic = new Map<string, number>();

  constructor(member: Claimant) {
    this.member = member;
  }

  get size(): number {
    return this.partitions.length;
  }

  of(topic: string): number {
    return this.#perTopic.get(topic) ?? 0;
  }

  add(at: TopicPartition): void {
    this.partitions.push(at);
    this.#perTopic.set(at.topic, this.of(at.topic) + 1);
  }
}

/**
 * Shares the partitions out: nobody has more than one more than another, of each topic likewise as far as that goes
 * together, and everybody keeps as much of what it has as that allows. Where several say that they have a partition, as
 * one does that was frozen and given up meanwhile, the one that was handed it last is right. Partitions of a topic that
 * nobody subscribes to are left out. The same input gives the same shares, in whatever order the members come.
 */
export function shareOut(
  partitions: readonly TopicPartition[],
  members: readonly Claimant[],
): Map<string, readonly TopicPartition[]> {
  const shares = [...members]
    .sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
    .map((member) => new Share(member));
  const perTopic = Map.groupBy(partitions, ({ topic }) => topic);
  const least = Math.floor(partitions.length / shares.length);
  let larger = partitions.length % shares.length;
  const left = new Set(partitions);

  function give(share: Share, at: TopicPartition): void {
    if (share.size === least) larger -= 1;
    share.add(at);
    left.delete(at);
  }

  const hasRoom = ({ size }: Share): boolean => size < least || (size === least && larger > 0);

  /** Leaves partitions with who has them, of each topic no more than so many for each member. */
  function keep(round: (perMember: number) => number): void {
    for (const at of left) {
      const owner = ownerOf(at, shares);
      const most = round((perTopic.get(at.topic)?.length ?? 0) / shares.length);
      if (owner !== undefined && hasRoom(owner) && owner.of(at.topic) < most) give(owner, at);
    }
  }

  keep(Math.floor);
  keep(Math.ceil);
  for (const at of left) {
    const [poorest] = shares
      .filter(({ member }) => member.topics.has(at.topic))
      .sort((a, b) => a.size - b.size || a.of(at.topic) - b.of(at.topic));
    if (poorest !== undefined) give(poorest, at);
  }
  return new Map(shares.map(({ member, partitions: each }) => [member.memberId, each]));
}

function ownerOf(at: TopicPartition, shares: readonly Share[]): Share | undefined {
  const key = partitionKey(at);
  let owner: Share | undefined;
  for (const share of shares) {
    const { topics, claims } = share.member;
    if (!topics.has(at.topic) || !claims.keys.has(key)) continue;
    if (owner === undefined || claims.generation > owner.member.claims.generation) owner = share;
  }
  return owner;
}
