import type { Kafka } from "kafkajs";
import { OnhookError } from "../errors.ts";
import { partitionKey } from "../log/log-record.ts";
import type { OutgoingRecord, TopicPartition } from "../log/log-record.ts";
import { recordSize } from "../log/record-size.ts";
import type {
  JointLane,
  JointReplayLog,
  ReplayLane,
  ReplayLog,
  Standing,
  Standings,
} from "../replay/replay-log.ts";
import type { Clock } from "../runtime/clock.ts";
import { committedOffsets, committedOffsetsOfAll } from "./committed-offsets.ts";
import type { NotedOffset, NotedOffsets } from "./committed-offsets.ts";
import { countPartitions } from "./count-partitions.ts";
import { isFenced, isTooLarge } from "./refusal-types.ts";
import { interrupted, passing, replaySource } from "./replay-source.ts";
import { TransactionalLane } from "./transactional-lane.ts";
import { TransactionalWriter } from "./transactional-writer.ts";

export interface KafkaReplayLogOptions {
  /** The group of a replay is `<prefix>-<id>`. */
  readonly groupPrefix: string;
  /**
   * The transactional id of a partition of it is `<prefix>-replay-<id>-<topic>-<partition>`, that of replays that are
   * done together `<prefix>-redrive-<topic>-<partition>`.
   */
  readonly transactionalIdPrefix: string;
  readonly transactionTimeoutMs: number;
  /** The topics that replays write to. */
  readonly outputs: readonly string[];
}

/** In the metadata of a commit: the end of what the replay is about. */
const untilPattern = /^until:(\d{1,15})$/;

function toStanding({ offset, metadata }: NotedOffset): Standing {
  const until = untilPattern.exec(metadata)?.[1];
  return { offset, until: until === undefined ? null : Number(until) };
}

function toStandings(committed: NotedOffsets): Standings {
  return new Map([...committed].map(([partition, noted]) => [partition, toStanding(noted)]));
}

/** Does it; tells who was fenced off that it was, and what fails at the brokers as what passes. */
async function owning<T>(id: string, at: TopicPartition, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFenced(error)) throw interrupted(error);
    const about = { id, partition: partitionKey(at) };
    throw new OnhookError("REPLAY_TAKEN_OVER", about, { cause: error });
  }
}

/** Commits; tells where a record of them is more than its topic takes. */
async function committing(
  records: readonly OutgoingRecord[],
  commit: () => Promise<void>,
): Promise<void> {
  try {
    await commit();
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    const topic = records[0]?.topic ?? "";
    const bytes = Math.max(...records.map(recordSize));
    throw new OnhookError("RECORD_TOO_LARGE", { topic, bytes }, { cause: error });
  }
}

/** The log of replays on Kafka: partitions read without a group, written by a transactional lane each. */
export function createKafkaReplayLog(
  kafka: Kafka,
  options: KafkaReplayLogOptions,
  clock: Clock,
): ReplayLog & JointReplayLog {
  const { transactionalIdPrefix: prefix, transactionTimeoutMs, outputs } = options;
  const groupOf = groupsOf(options);

  function lane(id: string, source: TopicPartition): ReplayLane {
    const transactionalIdPrefix = `${prefix}-replay-${id}`;
    const groupId = groupOf(id);
    const names = { source, groupId, transactionalIdPrefix, transactionTimeoutMs, outputs };
    const own = new TransactionalLane(kafka, names, clock);
    return {
      async open() {
        const noted = await owning(id, source, () => own.openNoted());
        return noted && toStanding(noted);
      },
      async commit(records, { offset, until }) {
        const metadata = until === null ? undefined : `until:${until}`;
        await committing(records, () =>
          owning(id, source, () => own.commit(records, offset, metadata)),
        );
      },
      close: () => passing(() => own.close()),
    };
  }

  function jointLane(source: TopicPartition): JointLane {
    const transactionalIdPrefix = `${prefix}-redrive`;
    const names = { source, transactionalIdPrefix, transactionTimeoutMs, outputs };
    const writer = new TransactionalWriter(kafka, names, clock);
    return {
      open: (ids) => owning("redrive", source, () => writer.settle(ids.map(groupOf))),
      async commit(records, offsets) {
        const { topic, partition } = source;
        const each = [...offsets].map(([id, offset]) => ({
          topic,
          partition,
          offset,
          groupId: groupOf(id),
        }));
        await committing(records, () =>
          owning("redrive", source, () => writer.commit(records, each)),
        );
      },
      close: () => passing(() => writer.close()),
    };
  }

  return { ...reading(kafka, groupOf), lane, jointLane };
}

const groupsOf =
  ({ groupPrefix }: KafkaReplayLogOptions) =>
  (id: string): string =>
    `${groupPrefix}-${id}`;

/** What is asked of the log; disturbs nobody. */
function reading(kafka: Kafka, groupOf: (id: string) => string) {
  return {
    partitions: (topic) => passing(() => countPartitions(kafka, topic)),
    source: (at) => replaySource(kafka, at),
    standings: (id, topic) =>
      passing(async () => toStandings(await committedOffsets(kafka, groupOf(id), topic))),
    standingsOfAll: (ids, { topic, partitions }, signal) =>
      passing(async () => {
        const groupIds = ids.map(groupOf);
        const asked = { groupIds, topic, partitions, requireStable: true, signal };
        const committed = await committedOffsetsOfAll(kafka, asked);
        return new Map(ids.map((id) => [id, toStandings(committed.get(groupOf(id)) ?? new Map())]));
      }),
  } satisfies Partial<ReplayLog & JointReplayLog>;
}
