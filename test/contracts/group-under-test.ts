import { onTestFinished } from "vitest";
import type { PartitionConsumer } from "../../src/delivery/intake.ts";
import type { TopicPartition } from "../../src/log/log-record.ts";
import { Collected, running } from "./collected.ts";
import type { Running } from "./collected.ts";
import { keysOf, ownName } from "./log-under-test.ts";
import type { LogUnderTest } from "./log-under-test.ts";

/** A topic and a group of a log, and members of the group that end with the test. */
export async function createGroup(log: LogUnderTest, partitions: number) {
  const [topic, groupId] = [ownName("group"), ownName("group")];
  const keys = keysOf(log, partitions);
  await log.createTopic(topic, partitions);
  const writer = log.writer();
  onTestFinished(() => writer[Symbol.asyncDispose]());
  const at = (partition: number): TopicPartition => ({ topic, partition });

  /** Writes one record after the other, each to the partition that its number gives. */
  async function write(...values: readonly string[]): Promise<void> {
    for (const value of values) {
      const key = keys[Number(value) % partitions] ?? "";
      await writer.write({ topic, key, value: Buffer.from(value) });
    }
  }

  /** `client`: a log of its own, with the same records. */
  function member(
    collected = new Collected(),
    client = log,
  ): { collected: Collected; consumer: PartitionConsumer } & Running {
    const consumer = client.consumer(groupId, [topic]);
    const run = running((signal) => consumer.run(collected.handlers, signal));
    onTestFinished(() => run.stop());
    return { collected, consumer, ...run };
  }
  const committed = (partition: number) => log.committed(groupId, at(partition));
  return { topic, groupId, at, write, member, committed };
}
