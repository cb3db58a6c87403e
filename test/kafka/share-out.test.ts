import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shareOut } from "../../src/kafka/share-out.ts";
import type { Claimant } from "../../src/kafka/share-out.ts";
import { partitionKey } from "../../src/log/log-record.ts";
import type { TopicPartition } from "../../src/log/log-record.ts";

const partitionsOf = (...topics: readonly [string, number][]): TopicPartition[] =>
  topics.flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  );

const ladder = partitionsOf(...[2, 4, 6, 8].map((s): [string, number] => [`retry.${s}s`, 3]));
const topicsOf = (partitions: readonly TopicPartition[]) =>
  new Set(partitions.map(({ topic }) => topic));

interface Had {
  readonly has?: readonly TopicPartition[];
  readonly generation?: number;
  readonly since?: number;
}

const member = (
  memberId: string,
  { has = [], generation = 1, since = generation }: Had = {},
): Claimant => ({
  memberId,
  topics: topicsOf(ladder),
  claims: { generation, since: new Map(has.map((at) => [partitionKey(at), since])) },
});

type Shares = ReturnType<typeof shareOut>;
const shareOf = (shares: Shares, memberId: string): readonly TopicPartition[] =>
  shares.get(memberId) ?? [];
const keysOf = (partitions: readonly TopicPartition[]): string[] =>
  partitions.map(partitionKey).sort();

/** The members of a group, as they join again with new ids and what they had. */
const again = (shares: Shares, names: Readonly<Record<string, string>>): Claimant[] =>
  Object.entries(names).map(([before, now]) => member(now, { has: shareOf(shares, before) }));

describe("partitions are shared out", () => {
  it("so that each goes to one member, and nobody has more than one more than another", () => {
    const anyGroup = fc.record({
      counts: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }),
      members: fc.integer({ min: 1, max: 6 }),
      claims: fc.array(fc.array(fc.nat({ max: 30 })), { minLength: 6, maxLength: 6 }),
      generations: fc.array(fc.nat({ max: 3 }), { minLength: 6, maxLength: 6 }),
    });
    fc.assert(
      fc.property(anyGroup, ({ counts, members, claims, generations }) => {
        const all = partitionsOf(...counts.map((n, topic): [string, number] => [`t${topic}`, n]));
        const group = Array.from({ length: members }, (_, index) => ({
          memberId: `m${index}`,
          topics: topicsOf(all),
          claims: {
            generation: generations[index] ?? 0,
            since: new Map(
              (claims[index] ?? []).flatMap((at, order) =>
                keysOf(all.slice(at, at + 1)).map((key): [string, number] => [key, order]),
              ),
            ),
          },
        }));
        const shares = shareOut(all, group);
        expect([...shares.values()].flatMap(keysOf).sort()).toEqual(keysOf(all));
        const sizes = [...shares.values()].map((share) => share.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("of each topic evenly at first", () => {
    const shares = shareOut(ladder, [member("a"), member("b"), member("c")]);
    for (const topic of topicsOf(ladder))
      for (const share of shares.values())
        expect(share.filter((at) => at.topic === topic)).toHaveLength(1);
  });

  it("only among those that subscribe to the topic", () => {
    const old = { ...member("a"), topics: new Set(["retry.2s"]) };
    const shares = shareOut(ladder, [old, member("b")]);
    expect([...topicsOf(shareOf(shares, "a"))]).toEqual(["retry.2s"]);
    expect(shareOf(shareOut(ladder, [old]), "a")).toHaveLength(3);
  });
});

describe("a group that is joined anew", () => {
  const before = shareOut(ladder, [member("a"), member("b")]);

  it("leaves everything where it is, whatever ids its members have now", () => {
    const after = shareOut(ladder, again(before, { a: "z", b: "y" }));
    expect(keysOf(shareOf(after, "z"))).toEqual(keysOf(shareOf(before, "a")));
    expect(keysOf(shareOf(after, "y"))).toEqual(keysOf(shareOf(before, "b")));
  });

  it("takes from its members only what a new one needs, of each topic alike", () => {
    const after = shareOut(ladder, [...again(before, { a: "a", b: "b" }), member("c")]);
    for (const name of ["a", "b"])
      expect(new Set(keysOf(shareOf(before, name)))).toEqual(
        new Set([...keysOf(shareOf(before, name)), ...keysOf(shareOf(after, name))]),
      );
    expect([...after.values()].map((share) => share.length)).toEqual([4, 4, 4]);
    expect(topicsOf(shareOf(after, "c")).size).toBe(4);
  });

  it("gives what a member leaves behind to the others, who keep what they have", () => {
    const after = shareOut(ladder, again(before, { a: "a" }));
    expect(keysOf(shareOf(after, "a"))).toEqual(keysOf(ladder));
  });

  it("believes who was handed a partition last, not who was frozen since", () => {
    const thawed = member("a", { has: ladder, generation: 4 });
    const heirs = ["b", "c"].map((name, index) =>
      member(name, { has: ladder.filter((_, at) => at % 2 === index), generation: 5 }),
    );
    const after = shareOut(ladder, [thawed, ...heirs]);
    for (const [index, name] of ["b", "c"].entries()) {
      const had = keysOf(ladder.filter((_, at) => at % 2 === index));
      expect(had).toEqual(expect.arrayContaining(keysOf(shareOf(after, name))));
      expect(shareOf(after, name)).toHaveLength(4);
    }
  });

  it("gives back what somebody had to take over for a moment, and leaves with it what it had before", () => {
    const [ours, theirs] = ["a", "b"].map((name) => shareOf(before, name)) as [
      readonly TopicPartition[],
      readonly TopicPartition[],
    ];
    const since = new Map([
      ...ours.map((at): [string, number] => [partitionKey(at), 1]),
      ...theirs.map((at): [string, number] => [partitionKey(at), 2]),
    ]);
    const alone = { ...member("a"), claims: { generation: 2, since } };
    const after = shareOut(ladder, [
      member("c", { has: theirs, generation: 1 }),
      member("d"),
      alone,
    ]);
    expect(keysOf(ours)).toEqual(expect.arrayContaining(keysOf(shareOf(after, "a"))));
    expect(keysOf(theirs)).toEqual(expect.arrayContaining(keysOf(shareOf(after, "c"))));
    const two = shareOut(ladder, [member("c", { has: theirs, generation: 1 }), alone]);
    expect([keysOf(shareOf(two, "a")), keysOf(shareOf(two, "c"))]).toEqual([
      keysOf(ours),
      keysOf(theirs),
    ]);
  });
});
