import type { RecordBatch } from "../../src/log/log-record.ts";
import { partitionKey } from "../../src/log/log-record.ts";
import type { Transform } from "../../src/kafka/exactly-once-processor.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { maxMatchedRecordBytes } from "../../src/wanted-topics.ts";
import { MemoryMember } from "./memory-group.ts";
import type { MemoryGroup } from "./memory-group.ts";

export interface MemoryProcessor {
  run(transform: Transform, signal: AbortSignal): Promise<void>;
}

/** How long after a failure a batch is tried again, in ms. */
const againMs = 100;

interface Lane {
  readonly epoch: number;
  /** The offset that follows all that is committed. */
  next: number;
}

/** Consume, transform, produce, exactly once, on a memory log: fencing by a lane per partition, as on the real one. */
export function createMemoryProcessor(
  group: MemoryGroup,
  topic: string,
  clock: Clock,
): MemoryProcessor {
  const { log, groupId } = group;
  const lanes = new Map<string, Lane>();

  function laneOf(batch: RecordBatch): Lane {
    const key = partitionKey(batch);
    let lane = lanes.get(key);
    if (lane === undefined) {
      const epoch = log.openLane(groupId, batch);
      lane = { epoch, next: log.committed(groupId, batch) ?? 0 };
      lanes.set(key, lane);
    }
    return lane;
  }

  async function attempt(batch: RecordBatch, transform: Transform): Promise<void> {
    const { topic, partition } = batch;
    const lane = laneOf(batch);
    let records = batch.records.filter(({ offset }) => offset >= lane.next);
    while (records.length > 0) {
      const output = await transform({ topic, partition, records }, maxMatchedRecordBytes);
      const offset = (records[output.consumed - 1]?.offset ?? -1) + 1;
      const source = { topic, partition };
      const offsets = new Map([[groupId, { ...source, offset }]]);
      log.commitTransaction(groupId, { ...source, epoch: lane.epoch }, output.records, offsets);
      lane.next = offset;
      output.committed();
      records = records.slice(output.consumed);
    }
  }

  return {
    async run(transform, signal) {
      const waits = new Set<() => void>();
      const member: MemoryMember = new MemoryMember(group, {
        assigned(partitions) {
          const kept = new Set(partitions.map(partitionKey));
          for (const key of lanes.keys()) if (!kept.has(key)) lanes.delete(key);
        },
        async records(batch) {
          try {
            await attempt(batch, transform);
          } catch {
            lanes.delete(partitionKey(batch));
            if (signal.aborted) return;
            const { topic, partition, records } = batch;
            const at = { topic, partition };
            member.seek({ ...at, offset: records[0]?.offset ?? 0 });
            member.pause(at);
            waits.add(clock.at(clock.now() + againMs, () => member.resume(at)));
          }
        },
      });
      group.join(member, [topic]);
      await member.consume(signal);
      group.leave(member);
      lanes.clear();
      for (const cancel of waits) cancel();
    },
  };
}
