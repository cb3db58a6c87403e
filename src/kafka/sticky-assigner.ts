import { AssignerProtocol } from "kafkajs";
import type { Assigner, PartitionAssigner } from "kafkajs";
import { z } from "zod";
import { partitionKey } from "../log/log-record.ts";
import type { TopicPartition } from "../log/log-record.ts";
import { shareOut } from "./share-out.ts";
import type { Claims, Claimant } from "./share-out.ts";

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** What a process was handed last, and in which generation of the group. */
export interface Holding {
  readonly generation: number;
  readonly partitions: readonly TopicPartition[];
}

/** What members send along when they join, as JSON. */
const userData = z.object({
  generation: z.int(),
  partitions: z.record(z.string(), z.array(z.int().nonnegative())),
});

const noClaims: Claims = { generation: -1, keys: new Set() };

const name = "OnhookSticky";
const version = 0;

/**
 * Leaves partitions where they are as far as a fair share allows, so that a rebalance takes no work out of anybody's
 * hands for nothing: kafkajs's own assigner deals them out by member ids, which are new after each crash, so that two
 * processes that have lost their broker for a moment would swap what they have in hand, and repeat it.
 * `holding` says what this process was handed last, whichever consumer of it that was.
 */
export function stickyAssigner(holding: () => Holding): PartitionAssigner {
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
      metadata: MemberMetadata.encode({ version, topics, userData: claimsOf(holding()) }),
    }),
  });
}

function byTopic(partitions: readonly TopicPartition[]): Record<string, number[]> {
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  return Object.fromEntries(
    [...topics].map(([topic, each]) => [topic, each.map(({ partition }) => partition)]),
  );
}

function claimsOf({ generation, partitions }: Holding): Buffer {
  return Buffer.from(JSON.stringify({ generation, partitions: byTopic(partitions) }));
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
  const { generation, partitions } = parsed.data;
  const keys = Object.entries(partitions).flatMap(([topic, each]) =>
    each.map((partition) => partitionKey({ topic, partition })),
  );
  return { generation, keys: new Set(keys) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
