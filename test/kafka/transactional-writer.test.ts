import type { Kafka, Message, ProducerConfig, RecordMetadata } from "kafkajs";
import { expect, it } from "vitest";
import { TransactionalWriter } from "../../src/kafka/transactional-writer.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const partitionMetadata = [0, 1, 2].map((partitionId) => ({
  partitionErrorCode: 0,
  partitionId,
  leader: 1,
  replicas: [1],
  isr: [1],
}));

/** A client whose producer says that it has written everything, but for what `leavesOut`. */
function clientThat(leavesOut: (partition: number) => boolean) {
  const done: string[] = [];
  const producer = ({ createPartitioner }: ProducerConfig) => {
    const choose = createPartitioner?.();
    const sendBatch = async (of: {
      readonly topicMessages: readonly { readonly topic: string; readonly messages: Message[] }[];
    }): Promise<RecordMetadata[]> =>
      of.topicMessages.flatMap(({ topic, messages }) => {
        const partitions = messages.map(
          (message) => choose?.({ topic, partitionMetadata, message }) ?? -1,
        );
        return [...new Set(partitions)]
          .filter((partition) => !leavesOut(partition))
          .map((partition) => ({ topicName: topic, partition, errorCode: 0, baseOffset: "0" }));
      });
    const transaction = async () => ({
      sendOffsets: async () => undefined,
      sendBatch,
      commit: async () => void done.push("committed"),
    });
    const nothing = async () => undefined;
    return { connect: nothing, disconnect: nothing, transaction };
  };
  return { kafka: { producer } as unknown as Kafka, done };
}

const writer = (kafka: Kafka): TransactionalWriter =>
  new TransactionalWriter(
    kafka,
    {
      source: { topic: "calls", partition: 0 },
      transactionalIdPrefix: "t",
      transactionTimeoutMs: 1000,
      outputs: ["jobs"],
    },
    createFakeClock(),
    { mark: async () => undefined },
  );

const records = ["a", "b", "c", "d", "e", "f"].map((key) => ({
  topic: "jobs",
  key,
  value: Buffer.from(key),
}));

const offsets = [{ groupId: "match", topic: "calls", partition: 0, offset: 7 }];

it("a writer commits what its producer has written to every partition", async () => {
  const { kafka, done } = clientThat(() => false);
  const settled = writer(kafka);
  await settled.settle(["match"]);
  await settled.commit(records, offsets);
  expect(done).toEqual(["committed"]);
});

it("a writer commits nothing where its producer has left a partition out, and says that all is well", async () => {
  const { kafka, done } = clientThat((partition) => partition === 1);
  const settled = writer(kafka);
  await settled.settle(["match"]);
  await expect(settled.commit(records, offsets)).rejects.toMatchObject({
    code: "WRITE_UNCONFIRMED",
  });
  expect(done).toEqual([]);
});
