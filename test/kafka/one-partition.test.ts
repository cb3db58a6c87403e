// @ts-expect-error kafkajs describes its public parts only.
import groupMessages from "kafkajs/src/producer/groupMessagesPerPartition.js";
import type { Message } from "kafkajs";
import { expect, it } from "vitest";
import { ofOnePartition } from "../../src/kafka/one-partition.ts";
import { javaPartitioner } from "../../src/kafka/partitioner.ts";

const group = groupMessages as (of: object) => Readonly<Record<string, readonly Message[]>>;

it("messages of one partition are grouped as kafkajs would group them", () => {
  const messages = ["a", "b", "c"].map((value) => ({ key: null, value, partition: 4 }));
  const others = { topic: "t", partitionMetadata: [{ partitionId: 4 }] };
  const grouped = group({
    ...others,
    messages: ofOnePartition(messages, 4),
    partitioner: () => expect.unreachable("each names its partition"),
  });
  expect(grouped).toEqual(group({ ...others, messages, partitioner: javaPartitioner() }));
  expect(grouped["4"]?.map(({ value }) => value)).toEqual(["a", "b", "c"]);
});
