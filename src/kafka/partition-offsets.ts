import { OnhookError } from "../errors.ts";
import type { KafkajsCluster } from "./kafkajs-cluster.ts";

/** Stand for the ends of a log where a time is asked for. */
export const earliest = -2;
export const latest = -1;
/** Isolation level of requests: what is written counts, committed or not. */
const readUncommitted = 0;

/** By partition. */
export type Offsets = ReadonlyMap<number, number>;

/** The offset of each partition's first record at or after a time; those of the log's ends have numbers of their own. */
export async function offsetsAt(
  cluster: KafkajsCluster,
  topic: string,
  timestamp: number,
): Promise<Offsets> {
  const found = cluster.findTopicPartitionMetadata(topic);
  const all = found.map(async ({ partitionId: partition, leader }) => {
    const broker = await cluster.findBroker({ nodeId: leader });
    const topics = [{ topic, partitions: [{ partition, timestamp }] }];
    const { responses } = await broker.listOffsets({ isolationLevel: readUncommitted, topics });
    const offset = responses[0]?.partitions[0]?.offset;
    if (offset === undefined) throw new OnhookError("FETCH_EMPTY", { topic });
    return [partition, Number(offset)] as const;
  });
  return new Map(await Promise.all(all));
}
