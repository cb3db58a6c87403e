import { Kafka as KafkaClient, logLevel } from "kafkajs";
import type { KafkajsBroker, KafkajsCluster } from "../../src/kafka/kafkajs-cluster.ts";
import { privateSymbol } from "../../src/kafka/private-symbol.ts";

/** What the brokers are asked, in order, and what they answer where that is not that all is well. */
export interface Brokers {
  readonly asked: string[];
  answer: (request: string) => void;
  /** Clients that are connected. */
  open: number;
  /** Partitions that no answer mentions. */
  leavesOut: (partition: number) => boolean;
}

export class Refused extends Error {
  readonly type: string;
  constructor(type: string) {
    super(type);
    this.type = type;
  }
}

/** Three brokers, each of which leads two of six partitions. */
export function createBrokers() {
  const brokers: Brokers = {
    asked: [],
    answer: () => undefined,
    leavesOut: () => false,
    open: 0,
  };
  const ask = async <T>(request: string, answer: T): Promise<T> => {
    brokers.asked.push(request);
    brokers.answer(request);
    return answer;
  };
  const brokerOf = (nodeId: number): KafkajsBroker => ({
    nodeId,
    initProducerId: () => ask("init", { producerId: "7", producerEpoch: 3 }),
    addOffsetsToTxn: ({ groupId }) => ask(`add group ${groupId}`, {}),
    addPartitionsToTxn: ({ topics }) =>
      ask(
        `add ${topics.map(({ partitions }) => partitions.toSorted((a, b) => a - b).join(" ")).join()}`,
        {},
      ),
    txnOffsetCommit: ({ groupId }) => ask(`offset ${groupId}`, {}),
    endTxn: ({ transactionResult }) => ask(`end ${transactionResult}`, {}),
    produce: ({ topicData }) => {
      const written = topicData.flatMap(({ topic, partitions }) =>
        partitions.map((each) => ({ topic, ...each })),
      );
      const what = written
        .map((each) => `${each.partition}@${each.firstSequence}+${each.messages.length}`)
        .toSorted();
      const partitions = written.filter(({ partition }) => !brokers.leavesOut(partition));
      return ask(`write ${nodeId}: ${what.join(" ")}`, {
        topics: [{ topicName: "jobs", partitions }],
      });
    },
    versions: null,
    fetch: () => Promise.reject(new Error("not asked here")),
    listOffsets: () =>
      ask(`offsets ${nodeId}`, { responses: [{ topic: "jobs", partitions: [{ offset: "5" }] }] }),
    describeGroups: () => Promise.reject(new Error("not asked here")),
    offsetCommit: () => Promise.reject(new Error("not asked here")),
  });
  const nothing = async (): Promise<void> => undefined;
  const cluster: KafkajsCluster = {
    connect: async () => void (brokers.open += 1),
    disconnect: async () => void (brokers.open -= 1),
    addTargetTopic: nothing,
    refreshMetadataIfNecessary: nothing,
    findTopicPartitionMetadata: () =>
      [0, 1, 2, 3, 4, 5].map((partitionId) => ({
        partitionId,
        leader: partitionId % 3,
      })),
    findBroker: async ({ nodeId }) => brokerOf(nodeId),
    findGroupCoordinator: async ({ groupId }) => {
      brokers.asked.push(`find ${groupId}`);
      return brokerOf(0);
    },
  };
  const kafka = new KafkaClient({ brokers: ["none:1"], logLevel: logLevel.NOTHING });
  const symbol = privateSymbol(kafka, "private:Kafka:createCluster");
  Object.assign(kafka, { [symbol]: () => cluster });
  return { kafka, brokers };
}
