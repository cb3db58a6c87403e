import type { Kafka } from "kafkajs";
import { withAdmin } from "./with-admin.ts";

/** An offset that is committed, and what was noted with it. */
export interface NotedOffset {
  readonly offset: number;
  readonly metadata: string;
}

/** What a group has committed of a topic, by partition. */
export async function committedOffsets(
  kafka: Kafka,
  groupId: string,
  topic: string,
): Promise<Map<number, NotedOffset>> {
  const [answer] = await withAdmin(kafka, (admin) =>
    admin.fetchOffsets({ groupId, topics: [topic] }),
  );
  const committed = new Map<number, NotedOffset>();
  for (const { partition, offset, metadata } of answer?.partitions ?? [])
    if (Number(offset) >= 0)
      committed.set(partition, { offset: Number(offset), metadata: metadata ?? "" });
  return committed;
}
