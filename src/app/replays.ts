import { createCallSchemas } from "../cdr/call-schemas.ts";
import { createKafkaReplayLog } from "../kafka/kafka-replay-log.ts";
import type { CallReplayOptions } from "../replay/replay-calls.ts";
import type { DeadReplayOptions } from "../replay/replay-dead.ts";
import type { JointReplayLog, ReplayLog } from "../replay/replay-log.ts";
import type { ReplayDeps } from "../replay/replay-task.ts";
import { maxReplayedRecordBytes } from "../wanted-topics.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";

/** The log of replays, on the names that are set. */
export function createReplayLog(
  { config, clock }: Surroundings,
  { kafka }: Connections,
): ReplayLog & JointReplayLog {
  const { replayGroupPrefix: groupPrefix, transactionalIdPrefix } = config.kafka;
  const { transactionTimeoutMs } = config.match;
  const outputs = [config.topics.jobs.name];
  const options = { groupPrefix, transactionalIdPrefix, transactionTimeoutMs, outputs };
  return createKafkaReplayLog(kafka, options, clock);
}

/** What replays work by. What goes wrong and is tried again is told as a failed write to the jobs' topic. */
export function createReplayDeps(surroundings: Surroundings, connections: Connections): ReplayDeps {
  const { config, clock, emit } = surroundings;
  let attempt = 0;
  return {
    log: createReplayLog(surroundings, connections),
    clock,
    onRetry(error) {
      attempt += 1;
      emit({ type: "producer.retrying", topic: config.topics.jobs.name, attempt, error });
    },
  };
}

/** What the replay of dead jobs is made with. */
export function deadReplayOptions({ config }: Surroundings, codecs: Codecs): DeadReplayOptions {
  return {
    deadTopic: config.topics.dead.name,
    jobsTopic: config.topics.jobs.name,
    maxRecordBytes: maxReplayedRecordBytes,
    decode: (value) => codecs.jobs.decode(value),
  };
}

/** What the replay of calls is made with. */
export function callReplayOptions(
  { config, clock }: Surroundings,
  { registry }: Connections,
  codecs: Codecs,
): CallReplayOptions {
  return {
    cdrTopic: config.topics.cdr.name,
    jobsTopic: config.topics.jobs.name,
    maxRecordBytes: maxReplayedRecordBytes,
    schemas: createCallSchemas(registry, clock),
    encodeJob: (job) => codecs.jobs.encode(job),
  };
}
