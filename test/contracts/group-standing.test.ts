import { expect, onTestFinished, test, vi } from "vitest";
import { createKafkaClient } from "../../src/kafka/client.ts";
import { readGroupStanding } from "../../src/kafka/group-standing.ts";
import { createCluster } from "../../src/kafka/kafkajs-cluster.ts";
import { Collected, running } from "./collected.ts";
import { kafkaClient, kafkaLog, keysOf, ownName } from "./log-under-test.ts";

/** A topic of three partitions with four records in each, and a group that has read none of them. */
async function setUp() {
  const [kafka, log] = [kafkaClient(), kafkaLog()];
  const [topic, group] = [ownName("calls"), ownName("match")];
  await log.createTopic(topic, 3);
  const write = async (): Promise<void> => {
    await using writer = log.writer();
    for (const key of keysOf(log, 3))
      for (let number = 0; number < 4; number += 1)
        await writer.write({ topic, key, value: Buffer.from(String(number)) });
  };
  await write();
  const lag = async (): Promise<number | undefined> => {
    const asked = { reading: [{ topic, group }], groups: [] };
    const { lags } = await readGroupStanding(kafka, asked);
    expect(lags).toEqual([{ topic, group, records: expect.any(Number) }]);
    return lags[0]?.records;
  };
  /** As who is no member of the group, and at once. */
  const commit = async (partition: number, offset: number): Promise<void> => {
    const cluster = createCluster(kafka);
    onTestFinished(() => cluster.disconnect());
    await cluster.connect();
    const partitions = [{ partition, offset: String(offset) }];
    const request = { groupId: group, groupGenerationId: -1, memberId: "" };
    // A coordinator may need a moment until it acts as one.
    const ask = async () => {
      const coordinator = await cluster.findGroupCoordinator({ groupId: group });
      await coordinator.offsetCommit({ ...request, topics: [{ topic, partitions }] });
    };
    await vi.waitFor(ask, { timeout: 10_000, interval: 50 });
  };
  return { kafka, log, topic, group, write, lag, commit };
}

test("the lag of a group is what it has not committed, in all partitions, whether it has ever begun one or not", async () => {
  const { lag, commit, write } = await setUp();
  expect(await lag()).toBe(12);
  await commit(0, 3);
  expect(await lag()).toBe(9);
  await commit(1, 4);
  await commit(2, 4);
  expect(await lag()).toBe(1);
  await write();
  expect(await lag()).toBe(13);
});

test("records that are removed are no lag, committed or not", async () => {
  const { log, topic, lag, commit } = await setUp();
  await commit(0, 1);
  await log.deleteBefore({ topic, partition: 0 }, 3);
  await log.deleteBefore({ topic, partition: 1 }, 4);
  expect(await lag()).toBe(1 + 0 + 4);
});

test("a group that has committed beyond the end, as of a topic that was made again, lags behind in nothing", async () => {
  const { lag, commit } = await setUp();
  await commit(0, 400);
  expect(await lag()).toBe(8);
});

test("the members of a group are those the brokers know, and a group that never was has none", async () => {
  const { kafka, log, topic, group } = await setUp();
  const stranger = ownName("nobody");
  const members = async () => {
    const asked = { reading: [], groups: [group, stranger] };
    const { members: found } = await readGroupStanding(kafka, asked);
    return found.map(({ group: of, count }) => [of, count]);
  };
  expect(await members()).toEqual([
    [group, 0],
    [stranger, 0],
  ]);
  const collected = new Collected();
  const runs = [1, 2].map(() => {
    const consumer = log.consumer(group, [topic]);
    return running((signal) => consumer.run(collected.handlers, signal));
  });
  onTestFinished(async () => void (await Promise.all(runs.map((run) => run.stop()))));
  await expect.poll(members, { timeout: 30_000 }).toEqual([
    [group, 2],
    [stranger, 0],
  ]);
});

test("a topic that is missing is named, and keeps nobody from the lag and the members of others", async () => {
  const { kafka, topic, group } = await setUp();
  const [missing, stranger] = [ownName("missing"), ownName("nobody")];
  const reading = [
    { topic: missing, group },
    { topic, group },
  ];
  const found = await readGroupStanding(kafka, { reading, groups: [stranger] });
  expect(found).toEqual({
    lags: [{ topic, group, records: 12 }],
    members: [{ group: stranger, count: 0 }],
    unread: [{ group, topic: missing, error: expect.any(Error) as Error }],
  });
  expect(found.unread[0]?.error).toMatchObject({
    code: "TOPIC_MISSING",
    details: { topic: missing },
  });
});

test("brokers that are away are an error, not a wait", async () => {
  const timeouts = { connectionTimeoutMs: 500, requestTimeoutMs: 500 };
  const away = { brokers: ["127.0.0.1:1"], clientId: "contracts", ...timeouts };
  const kafka = createKafkaClient(away, () => undefined);
  await expect(readGroupStanding(kafka, { reading: [], groups: ["g"] })).rejects.toThrow("connect");
});
