import { partitionKey } from "../log/log-record.ts";
import type { TopicPartition } from "../log/log-record.ts";

/** What a member was handed last. */
export interface Claims {
  /** In which generation of the group that was; -1: never. */
  readonly generation: number;
  /** Since which generation it has had each partition without a break, by `partitionKey`. */
  readonly since: ReadonlyMap<string, number>;
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
 * together, and everybody keeps as much of what it has as that allows, what it has had longest first. Where several say
 * that they have a partition, as one does that was frozen and given up meanwhile, the one that was handed it last is
 * right; what that one can't keep goes back to who had it before. Partitions of a topic that nobody subscribes to are
 * left out. The same input gives the same shares, in whatever order the members come.
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

  /** Leaves partitions with who has them, or had them before, of each topic no more than so many for each member. */
  function keep(claims: readonly Claim[], round: (perMember: number) => number): void {
    for (const { at, share } of claims) {
      const most = round((perTopic.get(at.topic)?.length ?? 0) / shares.length);
      if (left.has(at) && hasRoom(share) && share.of(at.topic) < most) give(share, at);
    }
  }

  const [newest, older] = claimsOn(partitions, shares);
  for (const claims of [newest, older]) {
    keep(claims, Math.floor);
    keep(claims, Math.ceil);
  }
  for (const at of left) {
    const [poorest] = shares
      .filter(({ member }) => member.topics.has(at.topic))
      .sort((a, b) => a.size - b.size || a.of(at.topic) - b.of(at.topic));
    if (poorest !== undefined) give(poorest, at);
  }
  return new Map(shares.map(({ member, partitions: each }) => [member.memberId, each]));
}

interface Claim {
  readonly at: TopicPartition;
  readonly share: Share;
  readonly since: number;
}

/** The claim on each partition that counts, and those that it has overtaken; the oldest first. */
function claimsOn(
  partitions: readonly TopicPartition[],
  shares: readonly Share[],
): readonly [newest: readonly Claim[], older: readonly Claim[]] {
  const [newest, older]: [Claim[], Claim[]] = [[], []];
  for (const at of partitions) {
    const key = partitionKey(at);
    const claims = shares.flatMap((share) => {
      const { topics, claims } = share.member;
      const since = topics.has(at.topic) ? claims.since.get(key) : undefined;
      return since === undefined ? [] : [{ at, share, since }];
    });
    claims.sort((a, b) => b.share.member.claims.generation - a.share.member.claims.generation);
    newest.push(...claims.slice(0, 1));
    older.push(...claims.slice(1));
  }
  const oldestFirst = (a: Claim, b: Claim): number => a.since - b.since;
  return [newest.sort(oldestFirst), older];
}
