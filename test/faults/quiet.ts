import { setTimeout as sleep } from "node:timers/promises";
import type { Admin, Kafka } from "kafkajs";
import { decodeFinished } from "../../src/delivery/finished-offsets.ts";
import { createKafkaClient } from "../../src/kafka/client.ts";
import { committedOffsets } from "../../src/kafka/committed-offsets.ts";
import { PartitionReader } from "../../src/kafka/partition-reader.ts";
import { withAdmin } from "../../src/kafka/with-admin.ts";
import type { OwnNames, StackAddress } from "../support/e2e-names.ts";

const fetchMs = 100;
const lookAgainMs = 250;

/** A topic, and the group that works through it. */
type Stop = readonly [group: string, topic: string];

/** Where to look for what is left: everywhere, or only at what a role reads that goes on while the other is away. */
export type Reach = "all" | "match";

/** In the order in which work passes them on, mostly. */
function stopsOf({ topics, groups }: OwnNames, reach: Reach): readonly Stop[] {
  const calls: Stop = [groups.match, topics.cdr];
  if (reach === "match") return [calls];
  const rungs = Array.from({ length: 10 }, (_, index) => `${topics.retry}${(index + 1) * 2}s`);
  return [
    calls,
    [groups.deliver, topics.jobs],
    ...rungs.map((topic): Stop => [groups.retry, topic]),
  ];
}

export function testClient({ brokers }: StackAddress): Kafka {
  return createKafkaClient(
    { brokers, clientId: "faults", connectionTimeoutMs: 3000, requestTimeoutMs: 30_000 },
    () => undefined,
  );
}

/**
 * Markers of transactions take offsets, too, so that only reading tells whether anything is left. A transaction whose
 * end is decided, but not yet written to a broker that was away, hides what stands from it on up to `high`.
 */
async function recordsFrom(
  kafka: Kafka,
  at: { readonly topic: string; readonly partition: number },
  { from, high }: { readonly from: number; readonly high: number },
  finished: (offset: number) => boolean,
): Promise<number> {
  const reader = new PartitionReader(kafka, at);
  try {
    const { low, end } = await reader.bounds();
    let count = Math.max(0, high - Math.max(end, from));
    for (let position = Math.max(low, from); position < end;) {
      const { batch, next } = await reader.fetch(position, fetchMs);
      count += batch.records.filter(({ offset }) => offset < end && !finished(offset)).length;
      position = next;
    }
    return count;
  } finally {
    await reader.close();
  }
}

/** What a look at a topic tells: where its partitions end, and how many records its group has not finished. */
interface Look {
  readonly ends: string;
  readonly left: number;
}

async function lookAt(kafka: Kafka, admin: Admin, [groupId, topic]: Stop): Promise<Look> {
  const ends = await admin.fetchTopicOffsets(topic);
  // Not by the admin client, which gives up where a broker has only just come back.
  const committed = await committedOffsets(kafka, groupId, topic);
  const counts = await Promise.all(
    ends.map(async ({ partition, high }) => {
      const commit = committed.get(partition);
      const from = commit?.offset ?? 0;
      if (from >= Number(high)) return 0;
      const span = { from, high: Number(high) };
      return recordsFrom(kafka, { topic, partition }, span, decodeFinished(commit?.metadata ?? ""));
    }),
  );
  return {
    ends: ends.map(({ partition, high }) => `${topic}/${partition} ${high}`).join(),
    left: counts.reduce((sum, count) => sum + count, 0),
  };
}

/**
 * Resolves when nothing is left to do: every call, job and retry is committed by its group, in two looks in a row between
 * which nothing was written. One would not do, since a job that was told to wait may move to a topic that was looked at
 * before. Rejects after `deadlineMs`.
 */
export async function untilQuiet(
  stack: StackAddress,
  names: OwnNames,
  reach: Reach,
  deadlineMs: number,
): Promise<void> {
  const kafka = testClient(stack);
  const deadline = Date.now() + deadlineMs;
  const look = async (admin: Admin): Promise<{ ends: string } | { left: string }> => {
    const ends: string[] = [];
    for (const stop of stopsOf(names, reach)) {
      const seen = await lookAt(kafka, admin, stop);
      if (seen.left > 0) return { left: `${seen.left} records left in ${stop[1]}` };
      ends.push(seen.ends);
    }
    return { ends: ends.join() };
  };
  for (let before = ""; ;) {
    const seen = await withAdmin(kafka, look);
    if ("ends" in seen && seen.ends === before) return;
    if (Date.now() > deadline)
      throw new Error(
        `not quiet after ${deadlineMs / 1000} s: ${"left" in seen ? seen.left : "work moves on"}`,
      );
    before = "ends" in seen ? seen.ends : "";
    if (before === "") await sleep(lookAgainMs);
  }
}
