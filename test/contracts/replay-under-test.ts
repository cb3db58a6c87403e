import { randomUUID } from "node:crypto";
import type { Kafka } from "kafkajs";
import { onTestFinished } from "vitest";
import { createKafkaReplayLog } from "../../src/kafka/kafka-replay-log.ts";
import { withAdmin } from "../../src/kafka/with-admin.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { other } from "../../src/replay/picked.ts";
import type { PickRecord } from "../../src/replay/picked.ts";
import { JointReplay } from "../../src/replay/joint-replay.ts";
import type { MemberProgress } from "../../src/replay/joint-replay.ts";
import type { JointReplayLog, ReplayLog } from "../../src/replay/replay-log.ts";
import { runReplay } from "../../src/replay/run-replay.ts";
import type { OnProgress, ReplayPace, ReplayProgress } from "../../src/replay/run-replay.ts";
import { pause, systemClock } from "../../src/runtime/clock.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { createMemoryReplayLog } from "../support/memory-replay-log.ts";
import { createMemoryWriter } from "../support/memory-writer.ts";
import { kafkaClient, kafkaLog, ownName } from "./log-under-test.ts";
import type { LogUnderTest } from "./log-under-test.ts";

type Log = Pick<LogUnderTest, "createTopic" | "writer" | "read"> & {
  readonly replay: ReplayLog & JointReplayLog;
  /** Resolves when all that is committed can be read: a commit is answered a moment before. */
  settled(topic: string): Promise<void>;
};

function memory(): Log {
  const log = new MemoryLog(systemClock);
  return {
    createTopic: async (topic, partitions) => log.createTopic(topic, partitions),
    writer: () => createMemoryWriter(log),
    read: async (topic) => log.all(topic),
    replay: createMemoryReplayLog(log),
    settled: async () => undefined,
  };
}

/** Nothing is pending in a partition whose committed records reach up to its end. */
async function settledOn(client: Kafka, replay: ReplayLog, topic: string): Promise<void> {
  const partitions = await withAdmin(client, (admin) => admin.fetchTopicOffsets(topic));
  for (const { partition, high } of partitions) {
    const source = replay.source({ topic, partition });
    while ((await source.bounds()).end < Number(high)) await pause(systemClock, 5);
    await source.close();
  }
}

function kafka(): Log {
  const log = kafkaLog();
  const prefix = ownName("replays");
  const options = {
    groupPrefix: prefix,
    transactionalIdPrefix: prefix,
    transactionTimeoutMs: 30_000,
    outputs: [],
  };
  const client = kafkaClient();
  const replay = createKafkaReplayLog(client, options, systemClock);
  return { ...log, replay, settled: (topic) => settledOn(client, replay, topic) };
}

/** The logs that replays are run on. */
export const replayLogs: readonly (readonly [name: string, make: () => Log])[] = [
  ["the log in memory", memory],
  ["Kafka", kafka],
];

export interface RunOptions extends Partial<ReplayPace> {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly onPick?: (record: LogRecord) => Promise<void> | void;
}

/** A topic of numbers that are written by and by, and one for the jobs. */
async function createNumbers(log: Log, count: number) {
  const [topic, jobsTopic] = [ownName("dead"), ownName("jobs")];
  await log.createTopic(topic, 3);
  await log.createTopic(jobsTopic, 3);
  const writer = log.writer();
  onTestFinished(() => writer[Symbol.asyncDispose]());
  let written = 0;

  async function write(more: number): Promise<void> {
    const values = Array.from({ length: more }, (_, index) => String(written + index));
    written += more;
    await Promise.all(
      values.map((value) => writer.write({ topic, key: value, value: Buffer.from(value) })),
    );
  }
  await write(count);

  /** The numbers whose jobs are written, in rising order. */
  async function jobs(): Promise<number[]> {
    await log.settled(jobsTopic);
    const read = await log.read(jobsTopic);
    return read.map(({ value }) => Number(String(value))).sort((a, b) => a - b);
  }

  return { topic, jobsTopic, write, jobs };
}

const memberNames = ["a", "b", "c"] as const;
type MemberName = (typeof memberNames)[number];

const memberOf = (number: number): MemberName | undefined => memberNames[number % 3];

/** A topic of numbers, every third of which is a replay's, called a, b and c; each has an id of its own. */
export async function createJointlyReplayed(log: Log, count: number) {
  const { topic, jobsTopic, write, jobs } = await createNumbers(log, count);
  const ids = new Map(memberNames.map((name) => [name, randomUUID()]));
  const pick: PickRecord = async ({ key, value }) => ({
    kind: "job",
    job: { topic: jobsTopic, key, value },
  });

  /** One process that replays; a run gives each of the named replays so many jobs, and at most `most` in all. */
  function open() {
    const failures: unknown[] = [];
    const joint = new JointReplay(
      {
        topic,
        keyOf: ({ value }) => memberOf(Number(String(value))),
        ratePerSecond: 10_000,
      },
      {
        log: log.replay,
        clock: systemClock,
        onSkipped: () => {},
        onGone: () => {},
        onFailed: (error) => void failures.push(error),
      },
    );
    onTestFinished(() => joint.close());
    return {
      failures,
      async run(limits: Partial<Record<MemberName, number>>, most = 1000) {
        const members = Object.entries(limits).map(
          ([name, limit]) =>
            [name, { id: ids.get(name as MemberName) ?? "", from: 0, limit, pick }] as const,
        );
        const { signal } = new AbortController();
        const progress = await joint.run(new Map(members), most, signal);
        return Object.fromEntries(
          members.map(([name, { id }]) => [name, progress.get(id)]),
        ) as Record<string, MemberProgress | undefined>;
      },
    };
  }

  return {
    write,
    jobs,
    open,
    /** The numbers that are these replays', of so many. */
    ofMembers: (of: number, ...names: readonly MemberName[]) =>
      Array.from({ length: of }, (_, number) => number).filter((number) =>
        names.includes(memberOf(number) ?? "c"),
      ),
  };
}

/** A topic of numbers, of which a replay is about the even ones. */
export async function createReplayed(log: Log, count: number) {
  const id = randomUUID();
  const { topic, jobsTopic, write, jobs } = await createNumbers(log, count);

  const pick: PickRecord = async ({ key, value }) => {
    if (Number(String(value)) % 2 === 1) return other;
    return { kind: "job", job: { topic: jobsTopic, key, value } };
  };

  return {
    write,
    run({
      signal = new AbortController().signal,
      onProgress = () => undefined,
      onPick = () => undefined,
      ratePerSecond = 10_000,
      ...limit
    }: RunOptions = {}): Promise<ReplayProgress> {
      const task = {
        id,
        topic,
        range: (source: { bounds(): Promise<{ begin: number; end: number }> }) => source.bounds(),
        pick: async (record: LogRecord) => {
          await onPick(record);
          return pick(record);
        },
        ratePerSecond,
        ...limit,
      };
      const deps = { log: log.replay, clock: systemClock, onRetry: () => undefined };
      return runReplay(task, deps, signal, onProgress);
    },
    jobs,
  };
}
