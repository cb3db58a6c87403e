import { expect, onTestFinished, test } from "vitest";
import { GroupConsumer } from "../../src/kafka/group-consumer.ts";
import type { KafkaEvent } from "../../src/kafka/kafka-events.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { Collected, running } from "./collected.ts";
import { createGroup } from "./group-under-test.ts";
import { kafkaClient, kafkaLog } from "./log-under-test.ts";

test("a member's commits are taken while its group waits for another one that does not answer any more", async () => {
  const kafka = kafkaClient();
  const { topic, groupId, at, write, member, committed } = await createGroup(
    kafkaLog({ kafka }),
    2,
  );
  const events: KafkaEvent[] = [];
  const collected = new Collected();
  const consumer = new GroupConsumer(
    kafka,
    {
      groupId,
      topics: [topic],
      sessionTimeoutMs: 30_000,
      // It will not have had one since it was handed its partitions when it has to join anew.
      heartbeatIntervalMs: 2000,
      maxBytesPerPartition: 1e6,
    },
    { clock: systemClock, emit: (event) => void events.push(event) },
  );
  const run = running((signal) => consumer.run(collected.handlers, signal));
  onTestFinished(() => run.stop());
  await collected.until(() => collected.assignments.length === 1);

  // A member that takes a batch and does not come back from it sends no heartbeats, and stays one for its session.
  const silent = kafka.consumer({ groupId, sessionTimeout: 15_000 });
  const [taken, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  onTestFinished(async () => {
    over.resolve();
    await silent.disconnect();
  });
  await silent.connect();
  await silent.subscribe({ topics: [topic], fromBeginning: true });
  const eachBatch = async (): Promise<void> => {
    taken.resolve();
    await over.promise;
  };
  await silent.run({ autoCommit: false, eachBatch });
  await collected.until(() => collected.assignments.length === 2);
  await write("0", "1");
  await collected.untilCount(1);
  await taken.promise;

  const [ours] = collected.records;
  if (ours === undefined) throw new Error("no record");
  const rebalances = () => events.filter(({ type }) => type === "consumer.rebalancing").length;
  const before = rebalances();
  member();
  await expect.poll(rebalances, { timeout: 20_000 }).toBeGreaterThan(before);
  await consumer.commit([{ ...at(ours.partition), offset: ours.offset + 1 }]);
  expect(collected.assignments).toHaveLength(2);
  expect(await committed(ours.partition)).toBe(ours.offset + 1);
});
