import { expect, onTestFinished, test, vi } from "vitest";
import { committedOffsets, committedOffsetsOfAll } from "../../src/kafka/committed-offsets.ts";
import { kafkaClient, kafkaLog, ownName } from "./log-under-test.ts";

/** A transaction that has committed an offset of the topic, and is not settled. */
async function unsettled(offset: number) {
  const [topic, groupId] = [ownName("in"), ownName("group")];
  await kafkaLog().createTopic(topic, 2);
  const kafka = kafkaClient();
  const producer = kafka.producer({
    transactionalId: ownName("writer"),
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await producer.connect();
  onTestFinished(() => producer.disconnect());
  const commit = async (next: number) => {
    const transaction = await producer.transaction();
    const partitions = [{ partition: 0, offset: String(next) }];
    const offsets = { consumerGroupId: groupId, topics: [{ topic, partitions }] };
    // Refused while a coordinator is new, or the transaction before is being settled.
    await vi.waitFor(() => transaction.sendOffsets(offsets), { timeout: 10_000, interval: 20 });
    return transaction;
  };
  await (await commit(offset - 1)).commit();
  const transaction = await commit(offset);
  const stable = async (partition: number): Promise<number | undefined> => {
    const asked = { groupIds: [groupId], topic, partitions: [partition], requireStable: true };
    return (await committedOffsetsOfAll(kafka, asked)).get(groupId)?.get(partition)?.offset;
  };
  return { kafka, topic, groupId, transaction, stable };
}

test("an offset of a transaction that is not settled is waited for, and others are not", async () => {
  const { kafka, topic, groupId, transaction, stable } = await unsettled(7);
  let answered: number | undefined;
  const asking = stable(0).then((offset) => (answered = offset));
  expect(await stable(1)).toBeUndefined();
  const now = await committedOffsets(kafka, groupId, topic);
  expect(now.get(0)?.offset).toBe(6);
  expect(answered).toBeUndefined();
  await transaction.commit();
  expect(await asking).toBe(7);
});

test("an offset of a transaction that is given up is the one before", async () => {
  const { transaction, stable } = await unsettled(7);
  let answered: number | undefined;
  const asking = stable(0).then((offset) => (answered = offset));
  expect(await stable(1)).toBeUndefined();
  expect(answered).toBeUndefined();
  await transaction.abort();
  expect(await asking).toBe(6);
});
