import type { Batch, Kafka, KafkaMessage } from "kafkajs";
// @ts-expect-error kafkajs describes its public parts only; the shape used here is BatchConstructor below.
import batchConstructor from "kafkajs/src/consumer/batch.js";
import { privateSymbol } from "./private-symbol.ts";
import type { ProduceRequest } from "./produce-encoder.ts";

/**
 * kafkajs's own cluster, broker and batch, as far as they are used here. They are not part of its public face, which
 * reads only as a member of a group: slow to start, with a group left behind for each process, and held up for ever by
 * batches that the log cleaner emptied. kafkajs is pinned to one version, and the contract suite runs on a real broker.
 * See docs/decisions/0002-tables-without-groups.md.
 */
export interface KafkajsCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(
    topic: string,
  ): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker(of: { nodeId: number }): Promise<KafkajsBroker>;
  /** `coordinatorType`: 0, the default, of a group; 1 of a transactional id. */
  findGroupCoordinator(of: { groupId: string; coordinatorType?: number }): Promise<KafkajsBroker>;
}

export interface KafkajsBroker {
  readonly nodeId: number;
  /** What the broker takes, by the number of the request. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>> | null;
  fetch(request: object): Promise<TopicAnswers<PartitionData>>;
  listOffsets(request: object): Promise<TopicAnswers<{ readonly offset: string }>>;
  describeGroups(request: { readonly groupIds: readonly string[] }): Promise<{
    readonly groups: readonly { readonly groupId: string; readonly members: readonly unknown[] }[];
  }>;
  offsetCommit(request: object): Promise<unknown>;
  /** Those of transactions: Kafka's requests of these names. Each rejects with what the broker answered. */
  initProducerId(request: {
    readonly transactionalId: string;
    readonly transactionTimeout: number;
  }): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
  addOffsetsToTxn(request: TransactionOf & { readonly groupId: string }): Promise<unknown>;
  addPartitionsToTxn(
    request: TransactionOf & {
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly number[];
      }[];
    },
  ): Promise<unknown>;
  txnOffsetCommit(
    request: TransactionOf & { readonly groupId: string; readonly topics: readonly object[] },
  ): Promise<unknown>;
  endTxn(request: TransactionOf & { readonly transactionResult: boolean }): Promise<unknown>;
  produce(request: TransactionOf & ProduceRequest): Promise<{
    readonly topics: readonly {
      readonly topicName: string;
      readonly partitions: readonly { readonly partition: number; readonly baseOffset?: string }[];
    }[];
  }>;
}

/** Which producer's transaction a request is about. */
export interface TransactionOf {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

interface TopicAnswers<Partition> {
  readonly responses: readonly { readonly partitions: readonly Partition[] }[];
}

export interface PartitionData {
  readonly partition: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly messages: readonly KafkaMessage[];
}

type BatchConstructor = new (topic: string, offset: string, data: PartitionData) => Batch;
type CreateCluster = (options: object) => KafkajsCluster;

/** Isolation level of requests: records of transactions that are not committed are not seen. */
export const readCommitted = 1;

/** A cluster with the brokers, TLS and SASL of the client; not connected yet. */
export function createCluster(kafka: Kafka): KafkajsCluster {
  const symbol = privateSymbol(kafka, "private:Kafka:createCluster");
  const create = (kafka as unknown as Record<symbol, CreateCluster>)[symbol] as CreateCluster;
  return create({
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    isolationLevel: readCommitted,
  });
}

/** What was fetched, without control records and records of aborted transactions. */
export function batchOf(topic: string, fetchedOffset: number, data: PartitionData): Batch {
  return new (batchConstructor as BatchConstructor)(topic, String(fetchedOffset), data);
}
