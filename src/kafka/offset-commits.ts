import type { Kafka } from "kafkajs";
import type { CommittedOffset } from "../log/log-record.ts";
import { createCluster } from "./kafkajs-cluster.ts";
import type { KafkajsBroker, KafkajsCluster } from "./kafkajs-cluster.ts";

/** Who commits: a member of its group, in one generation. A commit that says so is refused once that is over. */
export interface Membership {
  readonly memberId: string;
  readonly generation: number;
}

/**
 * Commits a group's offsets over a connection of its own. Brokers answer one request of a connection after the other,
 * and a member that joins its group anew is answered when all others have come, or are given up: up to a session's
 * length. A commit behind that would be answered when it is too late for it. Over another connection it is taken, for
 * as long as the old generation lasts.
 */
export class OffsetCommits {
  readonly #kafka: Kafka;
  readonly #groupId: string;
  #cluster: KafkajsCluster | null = null;
  #coordinator: Promise<KafkajsBroker> | null = null;

  constructor(kafka: Kafka, groupId: string) {
    this.#kafka = kafka;
    this.#groupId = groupId;
  }

  /** Connects ahead of the first commit, which then takes no longer than any other. A failure is told by that one. */
  prepare(): void {
    const asked = (this.#coordinator ??= this.#connect());
    asked.catch(() => undefined);
  }

  /** Rejects when the group did not take it, or its coordinator can't be had; it is looked up again then. */
  async commit(
    { memberId, generation }: Membership,
    offsets: readonly CommittedOffset[],
  ): Promise<void> {
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, each]) => ({
      topic,
      partitions: each.map(({ partition, offset, metadata }) => ({
        partition,
        offset: String(offset),
        metadata: metadata ?? null,
      })),
    }));
    const asked = (this.#coordinator ??= this.#connect());
    try {
      const groupGenerationId = generation;
      await (
        await asked
      ).offsetCommit({ groupId: this.#groupId, groupGenerationId, memberId, topics });
    } catch (error) {
      if (this.#coordinator === asked) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const closing = this.#cluster;
    this.#cluster = null;
    this.#coordinator = null;
    await closing?.disconnect();
  }

  async #connect(): Promise<KafkajsBroker> {
    const cluster = createCluster(this.#kafka);
    this.#cluster = cluster;
    await cluster.connect();
    return await cluster.findGroupCoordinator({ groupId: this.#groupId });
  }
}
