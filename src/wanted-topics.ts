import type { Config } from "./config.ts";
import { createRetryLadder } from "./delivery/retry-ladder.ts";
import type { RetryLadder } from "./delivery/retry-ladder.ts";
import { retryTopic, topicRoles } from "./topology.ts";
import type { Cleanup, RecordName, TopicRole } from "./topology.ts";

/** A topic as the settings want it. */
export interface WantedTopic {
  readonly topic: string;
  readonly record: RecordName | "bytes as read";
  readonly partitions: number;
  readonly cleanup: Cleanup;
  readonly retentionMs: number | null;
  /** Largest record batch, in bytes; null: the broker's own limit. */
  readonly maxMessageBytes: number | null;
}

const dayMs = 86_400_000;

const mebibyte = 1024 * 1024;

/**
 * A job carries the call's bytes and more besides, and a quarantined call its headers: where a call just fits the
 * broker's 1 MiB, what becomes of it must fit too. What becomes of a job has more room still: it adds headers, and an
 * attempt repeats the ids.
 */
const room: Partial<Record<TopicRole, number>> = {
  jobs: 2 * mebibyte,
  invalid: 2 * mebibyte,
  dead: 4 * mebibyte,
  attempts: 4 * mebibyte,
};
const retryRoom = 4 * mebibyte;

/** The largest record, in bytes, that match writes: what jobs and quarantine have room for, with a margin for the batch. */
export const maxMatchedRecordBytes = 2 * mebibyte - 1024;

/** The same of a job that is replayed: there is room in that margin for the header that says so. */
export const maxReplayedRecordBytes = maxMatchedRecordBytes + 256;

/** The ladder of the settings. */
export function ladderOf(config: Config): RetryLadder {
  return createRetryLadder(config.topics.retry.prefix, config.delivery.ladderMs);
}

/** All topics of the picture, named and sized by the settings. */
export function wantedTopics(config: Config): readonly WantedTopic[] {
  const roles = Object.entries(topicRoles).map(([role, { record, cleanup }]): WantedTopic => {
    const setting: { name: string; partitions?: number; retentionDays?: number } =
      config.topics[role as TopicRole];
    return {
      topic: setting.name,
      record,
      partitions: setting.partitions ?? 1,
      cleanup,
      retentionMs: setting.retentionDays === undefined ? null : setting.retentionDays * dayMs,
      maxMessageBytes: room[role as TopicRole] ?? null,
    };
  });
  const { partitions, retentionDays } = config.topics.retry;
  const rungs = ladderOf(config).rungs.map(({ topic }): WantedTopic => ({
    topic,
    record: retryTopic.record,
    partitions,
    cleanup: retryTopic.cleanup,
    retentionMs: retentionDays * dayMs,
    maxMessageBytes: retryRoom,
  }));
  return [...roles, ...rungs];
}

/** The registry's subject of a topic's values, by the topic-name strategy. */
export function subjectOf(topic: string): string {
  return `${topic}-value`;
}
