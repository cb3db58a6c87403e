import { createCallSchemas } from "../cdr/call-schemas.ts";
import { createExactlyOnceProcessor } from "../kafka/exactly-once-processor.ts";
import type { ExactlyOnceProcessor } from "../kafka/exactly-once-processor.ts";
import { createMatchStage } from "../matching/match-stage.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import { maxMatchedRecordBytes } from "../wanted-topics.ts";
import type { StoreParts } from "./store.ts";

function createProcessor(
  { config, clock, emit }: Surroundings,
  { kafka }: Connections,
): ExactlyOnceProcessor {
  return createExactlyOnceProcessor(
    kafka,
    {
      groupId: config.kafka.matchGroup,
      topic: config.topics.cdr.name,
      transactionalIdPrefix: config.kafka.transactionalIdPrefix,
      transactionTimeoutMs: config.match.transactionTimeoutMs,
      sessionTimeoutMs: config.kafka.sessionTimeoutMs,
      heartbeatIntervalMs: config.kafka.heartbeatIntervalMs,
      maxBytesPerPartition: config.match.maxBatchBytes,
      maxRecordBytes: maxMatchedRecordBytes,
      partitionsAtOnce: config.match.partitionsAtOnce,
      outputs: [config.topics.jobs.name, config.topics.invalid.name],
    },
    { clock, emit },
  );
}

/** The match role: no call is read before the store has caught up. */
export function createMatchRole(
  around: Surroundings,
  connections: Connections,
  codecs: Codecs,
  { store, mismatches }: StoreParts,
): Service {
  const { config, clock, emit, tracer } = around;
  const stage = createMatchStage({
    schemas: createCallSchemas(connections.registry, clock),
    triggers: store,
    encodeJob: (job, allocate) => codecs.jobs.encode(job, allocate),
    takeTypeMismatches: () => mismatches.take(),
    countsTenants: config.metrics.tenants > 0,
    topics: { jobs: config.topics.jobs.name, invalid: config.topics.invalid.name },
    ...(tracer !== undefined && { tracer }),
    clock,
    emit,
  });
  const processor = createProcessor(around, connections);
  return {
    name: "match",
    async run(stop) {
      await store.whenCaughtUp(stop);
      if (stop.aborted) return;
      await processor.run((batch, maxBytes) => stage.transform(batch, maxBytes), stop);
    },
  };
}
