import { afterAll, beforeAll } from "vitest";
import type { Admin, Kafka } from "kafkajs";
import { createKafkaClient } from "../../src/kafka/client.ts";
import { withAdmin } from "../../src/kafka/with-admin.ts";
import { startStack } from "../../src/sandbox/stack.ts";
import type { Stack, StackOptions } from "../../src/sandbox/stack.ts";
import { cacheDir } from "./own-sandbox.ts";

/** A cluster of three brokers, each of which a test may kill, freeze and bring back. */
export interface ThreeBrokers {
  readonly stack: Stack;
  /** A client of all three, which says nothing; a broker may take so long to answer, 30 s without a word. */
  client(requestTimeoutMs?: number): Kafka;
  /** The place in `stack.brokers` of the broker that leads the partition now. */
  leaderOf(topic: string, partition: number): Promise<number>;
  /** Brings back whatever was stopped, all at once, as a single one would wait for its quorum. */
  startAll(): Promise<void>;
  /** Resolves when each copy of each partition of the topics is in sync. */
  untilInSync(...topics: readonly string[]): Promise<void>;
}

/**
 * One cluster for all tests of the file: topics have three copies, two of which must be in sync, those of offsets and
 * transactions too. It ends with the process, however that ends. Tests must leave all brokers running: `startAll`.
 */
export function useThreeBrokers(some?: Partial<StackOptions>): ThreeBrokers {
  let stack: Stack | undefined;
  const running = (): Stack => {
    if (stack === undefined) throw new Error("The cluster is there from beforeAll to afterAll");
    return stack;
  };
  beforeAll(async () => {
    const env = { ...process.env, ONHOOK_SANDBOX: "java" };
    stack = await startStack({ cacheDir, env, brokers: 3, onProgress: () => {}, ...some });
  });
  afterAll(() => stack?.stop());

  const client = (requestTimeoutMs = 30_000): Kafka => {
    const { brokers } = running();
    const timeouts = { connectionTimeoutMs: 3000, requestTimeoutMs };
    return createKafkaClient({ brokers, clientId: "three-brokers", ...timeouts }, () => undefined);
  };

  /** Asks until a broker answers that is well: one that is frozen takes a connection, and then says nothing. */
  async function ask<T>(errand: (admin: Admin) => Promise<T>): Promise<T> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      try {
        return await withAdmin(client(1000), errand);
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  }

  return {
    get stack() {
      return running();
    },
    client,
    leaderOf: (topic, partition) =>
      ask(async (admin) => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition);
        if (found === undefined) throw new Error(`No partition ${topic}/${partition}`);
        return found.leader - 1;
      }),
    startAll: async () => {
      await Promise.all(
        running().brokers.map(async (_, index) => {
          await running().thawBroker(index);
          await running().startBroker(index);
        }),
      );
    },
    untilInSync: async (...topics) => {
      while (!(await ask((admin) => areInSync(admin, topics))));
    },
  };
}

async function areInSync(admin: Admin, topics: readonly string[]): Promise<boolean> {
  const answer = await admin.fetchTopicMetadata({ topics: [...topics] });
  return answer.topics.every(({ partitions }) =>
    partitions.every(({ isr, replicas }) => isr.length === replicas.length),
  );
}
