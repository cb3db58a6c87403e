import type { Admin, Kafka } from "kafkajs";
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

/** The same of several groups, over one connection, by group. */
export async function committedOffsetsOfAll(
  kafka: Kafka,
  groupIds: readonly string[],
  topic: string,
): Promise<ReadonlyMap<string, NotedOffsets>> {
  return withAdmin(kafka, async (admin) => {
    const byGroup = new Map<string, NotedOffsets>();
    for (const groupId of groupIds) byGroup.set(groupId, await ask(admin, groupId, topic));
    return byGroup;
  });
}
