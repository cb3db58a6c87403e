import { OnhookError } from "../errors.ts";
import type { OutgoingRecord, TopicPartition } from "../log/log-record.ts";
import type { KafkajsCluster } from "./kafkajs-cluster.ts";
import { partitionOfKey } from "./partitioner.ts";
import { inSends } from "./record-sets.ts";

/** What one partition gets of some records, in their order. */
export interface Share extends TopicPartition {
  /** The broker that leads it. */
  readonly leader: number;
  /** One batch each. */
  readonly sends: readonly (readonly OutgoingRecord[])[];
}

/** A topic as the cluster knows it, with what its partitions get. */
interface Sorted {
  readonly topic: string;
  readonly leaders: ReadonlyMap<number, number>;
  readonly shares: (OutgoingRecord[] | undefined)[];
  /** Where the next record without a key goes. */
  turn: number;
}

async function sortedInto(cluster: KafkajsCluster, topic: string): Promise<Sorted> {
  await cluster.addTargetTopic(topic);
  const partitions = cluster.findTopicPartitionMetadata(topic);
  if (partitions.length === 0) throw new OnhookError("TOPIC_MISSING", { topic });
  const leaders = new Map(partitions.map(({ partitionId, leader }) => [partitionId, leader]));
  const turn = Math.floor(Math.random() * leaders.size);
  return { topic, leaders, shares: [], turn };
}

function sharesOf({ topic, leaders, shares }: Sorted): Share[] {
  return shares.flatMap((records, partition) =>
    records === undefined
      ? []
      : [
          {
            topic,
            partition,
            leader: leaders.get(partition) ?? -1,
            sends: inSends(records, Infinity),
          },
        ],
  );
}

/**
 * What goes to which partition, by murmur2 of the key as the Java clients do it, round robin from anywhere without one, and who leads
 * it as far as the cluster knows. Rejects with TOPIC_MISSING.
 */
export async function partitionShares(
  cluster: KafkajsCluster,
  records: readonly OutgoingRecord[],
): Promise<readonly Share[]> {
  await cluster.refreshMetadataIfNecessary();
  const topics = new Map<string, Sorted>();
  for (const record of records) {
    let into = topics.get(record.topic);
    if (into === undefined) {
      into = await sortedInto(cluster, record.topic);
      topics.set(record.topic, into);
    }
    const { key } = record;
    const { size } = into.leaders;
    const partition = key === null ? into.turn++ % size : partitionOfKey(key, size);
    (into.shares[partition] ??= []).push(record);
  }
  return [...topics.values()].flatMap(sharesOf);
}
