import { expect, it } from "vitest";
import { PartitionReader } from "../../src/kafka/partition-reader.ts";
import { createBrokers, Refused } from "../support/fake-brokers.ts";

it("asks again for bounds while the leader of a partition is being chosen, with what is known by then", async () => {
  const { kafka, brokers } = createBrokers();
  let refusals = 2;
  brokers.answer = () => {
    refusals -= 1;
    if (refusals >= 0) throw new Refused("NOT_LEADER_FOR_PARTITION");
  };
  const reader = new PartitionReader(kafka, { topic: "jobs", partition: 1 });
  expect(await reader.bounds()).toEqual({ low: 5, end: 5 });
  expect(brokers.asked).toHaveLength(4);
  await reader.close();
  expect(brokers.open).toBe(0);
});

it("asks once where the answer is that there is no such topic", async () => {
  const { kafka, brokers } = createBrokers();
  brokers.answer = () => {
    throw new Refused("UNKNOWN_TOPIC_OR_PARTITION");
  };
  const reader = new PartitionReader(kafka, { topic: "jobs", partition: 1 });
  await expect(reader.bounds()).rejects.toMatchObject({ code: "TOPIC_MISSING" });
  expect(brokers.asked).toHaveLength(1);
});
