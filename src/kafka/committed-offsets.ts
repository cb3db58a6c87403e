import type { Admin, Kafka } from "kafkajs";
import { all } from "../runtime/all.ts";
import { withAdmin } from "./with-admin.ts";

/** An offset that is committed, and what was noted with it. */
export interface NotedOffset {
  readonly offset: number;
  readonly metadata: string;
}

/** What a group has committed of a topic, by partition. */
export type NotedOffsets = ReadonlyMap<number, NotedOffset>;

async function ask(admin: Admin, groupId: string, topic: string): Promise<NotedOffsets> {
  const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const committed = new Map<number, NotedOffset>();
  for (const { partition, offset, metadata } of answer?.partitions ?? [])
    if (Number(offset) >= 0)
      committed.set(partition, { offset: Number(offset), metadata: metadata ?? "" });
  return committed;
}

/** What a group has committed of a topic. */
export async function committedOffsets(
  kafka: Kafka,
  groupId: string,
  topic: string,
): Promise<NotedOffsets> {
  return withAdmin(kafka, (admin) => ask(admin, groupId, topic));
}

/** How many groups are asked for at a time. */
const atOnce = 20;

/** The same of several groups, by group; begins to ask for no more once `signal` is aborted, and rejects with its reason. */
export async function committedOffsetsOfAll(
  kafka: Kafka,
  groupIds: readonly string[],
  topic: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, NotedOffsets>> {
  return withAdmin(kafka, async (admin) => {
    const byGroup = new Map<string, NotedOffsets>();
    const left = groupIds.values();
    const askSome = async (): Promise<void> => {
      for (const groupId of left) {
        signal.throwIfAborted();
        byGroup.set(groupId, await ask(admin, groupId, topic));
      }
    };
    await all(Array.from({ length: Math.min(atOnce, groupIds.length) }, askSome));
    return byGroup;
  });
}
