import { OnhookError } from "../../src/errors.ts";
import { partitionKey } from "../../src/log/log-record.ts";
import type { CommittedOffset, OutgoingRecord, TopicPartition } from "../../src/log/log-record.ts";
import { recordSize } from "../../src/log/record-size.ts";
import type {
  JointLane,
  JointReplayLog,
  ReplayLane,
  ReplayLog,
  Standing,
  Standings,
} from "../../src/replay/replay-log.ts";
import type { MemoryLog } from "./memory-log.ts";

/** Most records that one fetch brings. */
const mostPerFetch = 10;

/** What goes wrong at a commit. `refused`: before it is taken; `unanswered`: after. */
export type CommitFault = "refused" | "unanswered" | null;

export interface MemoryReplayLog extends ReplayLog, JointReplayLog {
  /** Asked at each commit that carries jobs. */
  fault: (commit: number) => CommitFault;
  /** What the topic of the jobs takes of one record. */
  maxRecordBytes: number;
  /** How many jobs each transaction that was taken has carried. */
  readonly transactions: readonly number[];
}

function readStanding(log: MemoryLog, group: string, at: TopicPartition): Standing | null {
  const offset = log.committed(group, at);
  const noted = log.noted(group, at);
  return offset === null ? null : { offset, until: noted === "" ? null : Number(noted) };
}

/** Replays on a log in memory. */
export function createMemoryReplayLog(log: MemoryLog): MemoryReplayLog {
  const transactions: number[] = [];
  let commits = 0;
  const interrupted = (problem: string): OnhookError =>
    new OnhookError("REPLAY_INTERRUPTED", { problem });

  /** A way out that only its last opener can use, by its name. */
  function wayOut(name: string, at: TopicPartition) {
    let epoch = -1;
    return {
      open: () => void (epoch = log.openLane(name, at)),
      commit(records: readonly OutgoingRecord[], offsets: ReadonlyMap<string, CommittedOffset>) {
        const fault = records.length === 0 ? null : replayLog.fault((commits += 1));
        if (fault === "refused") throw interrupted("refused");
        const large = records.find((record) => recordSize(record) > replayLog.maxRecordBytes);
        if (large !== undefined)
          throw new OnhookError("RECORD_TOO_LARGE", { topic: large.topic, bytes: 0 });
        try {
          log.commitTransaction(name, { ...at, epoch }, records, offsets);
        } catch (error) {
          if (!(error instanceof OnhookError) || error.code !== "LANE_CLOSED") throw error;
          throw new OnhookError("REPLAY_TAKEN_OVER", { id: name, partition: partitionKey(at) });
        }
        if (records.length > 0) transactions.push(records.length);
        if (fault === "unanswered") throw interrupted("unanswered");
      },
      close: async () => void (epoch = -1),
    };
  }

  function laneOf(id: string, at: TopicPartition): ReplayLane {
    const way = wayOut(id, at);
    return {
      async open() {
        way.open();
        return readStanding(log, id, at);
      },
      async commit(records, { offset, until }) {
        way.commit(records, new Map([[id, { ...at, offset, metadata: String(until ?? "") }]]));
      },
      close: way.close,
    };
  }

  function jointLaneOf(at: TopicPartition): JointLane {
    const way = wayOut("redrive", at);
    return {
      open: async () => way.open(),
      async commit(records, offsets) {
        way.commit(records, new Map([...offsets].map(([id, offset]) => [id, { ...at, offset }])));
      },
      close: way.close,
    };
  }

  function standingsOf(id: string, topic: string): Standings {
    const standings = new Map<number, Standing>();
    for (let partition = 0; partition < log.partitionsOf(topic); partition += 1) {
      const standing = readStanding(log, id, { topic, partition });
      if (standing !== null) standings.set(partition, standing);
    }
    return standings;
  }

  const replayLog: MemoryReplayLog = {
    fault: () => null,
    maxRecordBytes: Infinity,
    transactions,
    partitions: async (topic) => log.partitionsOf(topic),
    source: (at) => ({
      bounds: async () => ({ begin: log.beginOf(at), end: log.endOf(at) }),
      offsetAt: async (timestamp) =>
        log.read(at, 0, Infinity).find((record) => record.timestamp >= timestamp)?.offset ?? null,
      async fetch(offset) {
        if (offset < log.beginOf(at)) throw new OnhookError("REPLAY_GONE", { ...at, offset });
        const records = log.read(at, offset, mostPerFetch);
        const last = records.at(-1);
        const isAll = last === undefined || records.length < mostPerFetch;
        return { records, next: isAll ? log.endOf(at) : last.offset + 1 };
      },
      close: async () => undefined,
    }),
    lane: laneOf,
    jointLane: jointLaneOf,
    standings: async (id, topic) => standingsOf(id, topic),
    standingsOfAll: async (ids, { topic }) =>
      new Map(ids.map((id) => [id, standingsOf(id, topic)])),
  };
  return replayLog;
}
