import { AssignerProtocol } from "kafkajs";
import type { Assigner, PartitionAssigner } from "kafkajs";
import { z } from "zod";
import { partitionKey } from "../log/log-record.ts";
import type { TopicPartition } from "../log/log-record.ts";
import { shareOut } from "./share-out.ts";
import type { Claims, Claimant } from "./share-out.ts";

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** What members send along when they join, as JSON: their claims. */
const userData = z.object({ generation: z.int(), since: z.record(z.string(), z.int()) });

export const noClaims: Claims = { generation: -1, since: new Map() };

/** What a process can claim once it was handed these partitions. */
export function claimsAfter(
  before: Claims,
  generation: number,
  partitions: readonly TopicPartition[],
): Claims {
  const keys = partitions.map(partitionKey);
  return {
    generation,
    since: new Map(keys.map((key) => [key, before.since.get(key) ?? generation])),
  };
}

const name = "OnhookSticky";
const version = 0;

/**
 * Leaves partitions where they are as far as a fair share allows, so that a rebalance takes no work out of anybody's
 * hands for nothing: kafkajs's own assigner deals them out by member ids, which are new after each crash, so that two
 * processes that have lost their broker for a moment would swap what they have in hand, and repeat it.
 * `claims` says what this process was handed last, whichever consumer of it that was.
 */
export function stickyAssigner(claims: () => Claims): PartitionAssigner {
  return ({ cluster }): Assigner => ({
    name,
    version,
    async assign({ members, topics }) {
      const partitions = topics.flatMap((topic) =>
        cluster
          .findTopicPartitionMetadata(topic)
          .map(({ partitionId: partition }) => ({ topic, partition })),
      );
      const shares = shareOut(partitions, members.map(readMember));
      return [...shares].map(([memberId, share]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version,
          assignment: byTopic(share),
          userData: Buffer.alloc(0),
        }),
      }));
    },
    protocol: ({ topics }) => ({
      name,
      metadata: MemberMetadata.encode({ version, topics, userData: encodeClaims(claims()) }),
    }),
  });
}

function byTopic(partitions: readonly TopicPartition[]): Record<string, number[]> {
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  return Object.fromEntries(
    [...topics].map(([topic, each]) => [topic, each.map(({ partition }) => partition)]),
  );
}

function encodeClaims({ generation, since }: Claims): Buffer {
  return Buffer.from(JSON.stringify({ generation, since: Object.fromEntries(since) }));
}

interface Member {
  readonly memberId: string;
  readonly memberMetadata: Buffer;
}

function readMember({ memberId, memberMetadata }: Member): Claimant {
  const metadata = MemberMetadata.decode(memberMetadata);
  return {
    memberId,
    topics: new Set(metadata?.topics ?? []),
    claims: readClaims(metadata?.userData.toString("utf8") ?? ""),
  };
}

/** Another version may send something else: its member then has no claims. */
function readClaims(text: string): Claims {
  const parsed = userData.safeParse(parseJson(text));
  if (!parsed.success) return noClaims;
  const { generation, since } = parsed.data;
  return { generation, since: new Map(Object.entries(since)) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
