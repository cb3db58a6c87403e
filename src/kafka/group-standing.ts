import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import { steadyClock } from "../runtime/clock.ts";
import { askCoordinator } from "./committed-offsets.ts";
import { createCluster } from "./kafkajs-cluster.ts";
import type { KafkajsCluster } from "./kafkajs-cluster.ts";
import { earliest, latest, offsetsAt } from "./partition-offsets.ts";
import { patiently } from "./patience.ts";
import { isCoordinatorMoving, isOfNoTopic } from "./refusal-types.ts";

/** Which groups are looked at. */
export interface AskedGroups {
  /** The topics whose lag counts, each with the group that reads it. */
  readonly reading: readonly { readonly topic: string; readonly group: string }[];
  /** The groups whose members are counted. */
  readonly groups: readonly string[];
}

/** What could not be found out of a group. */
export interface UnreadGroup {
  readonly group: string;
  /** The topic whose lag it was; null: the members. */
  readonly topic: string | null;
  readonly error: unknown;
}

/** How groups stand, as the brokers see it. */
export interface GroupStanding {
  /** `records` between what the group has committed and the end, in all partitions together. */
  readonly lags: readonly {
    readonly topic: string;
    readonly group: string;
    readonly records: number;
  }[];
  readonly members: readonly { readonly group: string; readonly count: number }[];
  /** Of the groups that were asked for, those that are missing above. */
  readonly unread: readonly UnreadGroup[];
}

async function partitionsOf(cluster: KafkajsCluster, topic: string): Promise<readonly number[]> {
  try {
    await cluster.addTargetTopic(topic);
  } catch (cause) {
    if (!isOfNoTopic(cause)) throw cause;
    throw new OnhookError("TOPIC_MISSING", { topic }, { cause });
  }
  return cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
}

/**
 * The lag of a group. What it has not committed of counts from the first record that is kept: it will begin there. So does
 * what it has committed of whose next records are removed.
 */
async function lagOf(cluster: KafkajsCluster, topic: string, groupId: string): Promise<number> {
  const partitions = await partitionsOf(cluster, topic);
  // The ends last: a group must not seem to be further than they are.
  const wanted = { groupId, topic, partitions, requireStable: false };
  const committed = await askCoordinator(cluster, wanted);
  const [begins, ends] = await Promise.all([
    offsetsAt(cluster, topic, earliest),
    offsetsAt(cluster, topic, latest),
  ]);
  const next = new Map(committed.map(({ partition, offset }) => [partition, offset]));
  return partitions
    .map((partition) => {
      const from = Math.max(next.get(partition) ?? 0, begins.get(partition) ?? 0);
      return Math.max(0, (ends.get(partition) ?? 0) - from);
    })
    .reduce((sum, lag) => sum + lag, 0);
}

async function membersOf(cluster: KafkajsCluster, groupId: string): Promise<number> {
  return patiently(
    steadyClock,
    async () => {
      const coordinator = await cluster.findGroupCoordinator({ groupId });
      const { groups } = await coordinator.describeGroups({ groupIds: [groupId] });
      return groups[0]?.members.length ?? 0;
    },
    isCoordinatorMoving,
  );
}

/**
 * Looks at groups from outside, over a connection of its own. What goes wrong for one of them (TOPIC_MISSING, a right that
 * is missing, a coordinator that moves) leaves the others as they are. Rejects where no broker is reached.
 */
export async function readGroupStanding(
  kafka: Kafka,
  { reading, groups }: AskedGroups,
): Promise<GroupStanding> {
  const cluster = createCluster(kafka);
  try {
    await cluster.connect();
    const unread: UnreadGroup[] = [];
    const lags: GroupStanding["lags"][number][] = [];
    for (const { topic, group } of reading) {
      const told = (error: unknown): void => void unread.push({ group, topic, error });
      const records = await lagOf(cluster, topic, group).catch(told);
      if (records !== undefined) lags.push({ topic, group, records });
    }
    const members: GroupStanding["members"][number][] = [];
    for (const group of groups) {
      const told = (error: unknown): void => void unread.push({ group, topic: null, error });
      const count = await membersOf(cluster, group).catch(told);
      if (count !== undefined) members.push({ group, count });
    }
    return { lags, members, unread };
  } finally {
    await cluster.disconnect();
  }
}
