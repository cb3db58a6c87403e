import { expect, onTestFinished, test } from "vitest";
import { createKafkaClient } from "../../src/kafka/client.ts";
import { readGroupStanding } from "../../src/kafka/group-standing.ts";
import { withAdmin } from "../../src/kafka/with-admin.ts";
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
  const commit = (partition: number, offset: number): Promise<void> =>
    withAdmin(kafka, async (admin) => {
      const partitions = [{ partition, offset: String(offset) }];
      await admin.setOffsets({ groupId: group, topic, partitions });
    });
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

test("a topic that is missing is named", async () => {
  const topic = ownName("missing");
  const asked = { reading: [{ topic, group: "g" }], groups: [] };
  const standing = readGroupStanding(kafkaClient(), asked);
  await expect(standing).rejects.toMatchObject({ code: "TOPIC_MISSING", details: { topic } });
});

test("brokers that are away are an error, not a wait", async () => {
  const timeouts = { connectionTimeoutMs: 500, requestTimeoutMs: 500 };
  const away = { brokers: ["127.0.0.1:1"], clientId: "contracts", ...timeouts };
  const kafka = createKafkaClient(away, () => undefined);
  await expect(readGroupStanding(kafka, { reading: [], groups: ["g"] })).rejects.toThrow("connect");
});
