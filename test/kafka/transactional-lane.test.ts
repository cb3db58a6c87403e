import type { Kafka, Message, ProducerConfig, RecordMetadata } from "kafkajs";
import { expect, it } from "vitest";
import { TransactionalLane } from "../../src/kafka/transactional-lane.ts";
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
  const admin = () => ({
    connect: async () => undefined,
    disconnect: async () => undefined,
    fetchOffsets: async () => [{ topic: "calls", partitions: [] }],
  });
  return { kafka: { producer, admin } as unknown as Kafka, done };
}

const lane = (kafka: Kafka): TransactionalLane =>
  new TransactionalLane(
    kafka,
    {
      source: { topic: "calls", partition: 0 },
      groupId: "match",
      transactionalIdPrefix: "t",
      transactionTimeoutMs: 1000,
    },
    createFakeClock(),
  );

const records = ["a", "b", "c", "d", "e", "f"].map((key) => ({
  topic: "jobs",
  key,
  value: Buffer.from(key),
}));

it("a lane commits what its producer has written to every partition", async () => {
  const { kafka, done } = clientThat(() => false);
  const opened = lane(kafka);
  await opened.open();
  await opened.commit(records, 7);
  expect(done).toEqual(["committed"]);
});

it("a lane commits nothing where its producer has left a partition out, and says that all is well", async () => {
  const { kafka, done } = clientThat((partition) => partition === 1);
  const opened = lane(kafka);
  await opened.open();
  await expect(opened.commit(records, 7)).rejects.toMatchObject({ code: "WRITE_UNCONFIRMED" });
  expect(done).toEqual([]);
});
