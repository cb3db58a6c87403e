import { ConfigResourceTypes } from "kafkajs";
import type { Kafka } from "kafkajs";
import { expect, onTestFinished, test, vi } from "vitest";
import { describeTransaction } from "../../src/kafka/describe-transaction.ts";
import { createCluster } from "../../src/kafka/kafkajs-cluster.ts";
import type { KafkajsBroker } from "../../src/kafka/kafkajs-cluster.ts";
import { TransactionalLane } from "../../src/kafka/transactional-lane.ts";
import { withAdmin } from "../../src/kafka/with-admin.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { kafkaClient, kafkaLog, ownName } from "./log-under-test.ts";

/** Without it a broker takes what belongs to no transaction, as it would have it from one that it has not marked. */
async function verify(kafka: Kafka, isOn: boolean): Promise<void> {
  const configEntries = isOn
    ? []
    : [{ name: "transaction.partition.verification.enable", value: "false" }];
  await withAdmin(kafka, async (admin) => {
    const { brokers } = await admin.describeCluster();
    const resources = brokers.map(({ nodeId }) => ({
      type: ConfigResourceTypes.BROKER,
      name: String(nodeId),
      configEntries,
    }));
    await admin.alterConfigs({ validateOnly: false, resources });
  });
}

/**
 * A lane's transactional id, by which a transaction has ended so, and behind which another one is left as a broker leaves
 * it that is shut down: its record and its offset are written, it is said to be complete, and nothing marks its end.
 */
async function unmarked(isCommitted: boolean) {
  const [topic, output, groupId] = [ownName("in"), ownName("out"), ownName("group")];
  const log = kafkaLog();
  await log.createTopic(topic, 1);
  await log.createTopic(output, 2);
  const kafka = kafkaClient();
  const options = {
    source: { topic, partition: 0 },
    groupId,
    transactionalIdPrefix: groupId,
    transactionTimeoutMs: 30_000,
    outputs: [output, ownName("missing")],
  };
  const lane = new TransactionalLane(kafka, options, systemClock);
  onTestFinished(() => lane.close());
  await lane.open();
  await lane.commit([{ topic: output, key: "a", value: Buffer.from("first") }], 1);
  await lane.close();

  const cluster = createCluster(kafka);
  onTestFinished(() => cluster.disconnect());
  await cluster.connect();
  await cluster.addTargetTopic(output);
  const transactionalId = `${groupId}-${topic}-0`;
  const coordinator = await cluster.findGroupCoordinator({
    groupId: transactionalId,
    coordinatorType: 1,
  });
  // Refused until the markers of the lane's own are written.
  const ids = await vi.waitFor(
    () => coordinator.initProducerId({ transactionalId, transactionTimeout: 30_000 }),
    { timeout: 10_000, interval: 20 },
  );
  const of = { transactionalId, ...ids };
  const write = async (text: string, partition: number, firstSequence: number): Promise<void> => {
    const { leader } = cluster
      .findTopicPartitionMetadata(output)
      .find(({ partitionId }) => partitionId === partition) as { leader: number };
    const broker = await cluster.findBroker({ nodeId: leader });
    const messages = [{ key: text, value: Buffer.from(text) }];
    const partitions = [{ partition, firstSequence, messages }];
    await broker.produce({ ...of, acks: -1, topicData: [{ topic: output, partitions }] });
  };
  await coordinator.addPartitionsToTxn({ ...of, topics: [{ topic: output, partitions: [0, 1] }] });
  await write("second", 0, 0);
  await write("third", 1, 0);
  await coordinator.endTxn({ ...of, transactionResult: isCommitted });
  await expect
    .poll(async () => (await log.read(output)).length, { timeout: 10_000 })
    .toBe(isCommitted ? 3 : 1);

  await verify(kafka, false);
  onTestFinished(() => verify(kafka, true));
  // Refused until the brokers have heard of that.
  await vi.waitFor(() => write("fourth", 0, 1), { timeout: 10_000, interval: 50 });
  const group = await cluster.findGroupCoordinator({ groupId });
  const topics = [{ topic, partitions: [{ partition: 0, offset: "9" }] }];
  await group.txnOffsetCommit({ ...of, groupId, topics });
  return { lane, read: async () => (await log.read(output)).map(({ value }) => String(value)) };
}

test("what a broker has committed and not marked is there, and its offset stands, once the lane is opened", async () => {
  const { lane, read } = await unmarked(true);
  expect(await read()).not.toContain("fourth");
  expect(await lane.open()).toBe(9);
  expect((await read()).toSorted()).toEqual(["first", "fourth", "second", "third"]);
});

test("what a broker has given up and not marked is gone, and the offset is the one before", async () => {
  const { lane, read } = await unmarked(false);
  expect(await lane.open()).toBe(1);
  await lane.commit([{ topic: "", key: null, value: null }].slice(1), 2);
  expect(await read()).toEqual(["first"]);
  await lane.close();
  expect(await lane.open()).toBe(2);
});

test("of a transactional id that nobody has used there is nothing to tell, and an old broker is not asked", async () => {
  const groupId = ownName("writer");
  const cluster = createCluster(kafkaClient());
  onTestFinished(() => cluster.disconnect());
  await cluster.connect();
  const coordinator = await cluster.findGroupCoordinator({ groupId, coordinatorType: 1 });
  expect(await describeTransaction(coordinator, groupId)).toBeNull();
  expect(coordinator.versions?.[65]).toBeDefined();
  const older = Object.create(coordinator, { versions: { value: {} } }) as KafkajsBroker;
  expect(await describeTransaction(older, groupId)).toBeNull();
});
