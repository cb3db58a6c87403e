import { createCallSchemas } from "../cdr/call-schemas.ts";
import type { Config } from "../config.ts";
import { createDeliverJob } from "../delivery/deliver-job.ts";
import type { DeliverJob } from "../delivery/deliver-job.ts";
import { createDeliveryStage } from "../delivery/delivery-stage.ts";
import { createEndpointLookup } from "../delivery/endpoint.ts";
import type { HttpSender } from "../delivery/http-request.ts";
import { GroupConsumer } from "../kafka/group-consumer.ts";
import type { KafkaEvent } from "../kafka/kafka-events.ts";
import { createRecordWriter } from "../kafka/record-writer.ts";
import { aborted } from "../runtime/aborted.ts";
import { steadyClock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { Service } from "../runtime/supervisor.ts";
import { ladderOf } from "../wanted-topics.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, ServiceSurroundings, Surroundings } from "./connections.ts";
import { certificatesOf } from "./pem-files.ts";
import { createSender } from "./sender.ts";
import type { EndpointParts } from "./endpoints.ts";
import type { StoreParts } from "./store.ts";

/** How much a fetch of the deliver role brings per partition, and how much of one partition may wait in memory. */
const bytesPerPartition = 1024 * 1024;

/** How long a commit gathers what is finished, in ms: what a crash repeats at most, besides what is in flight. */
const commitIntervalMs = 10;

function delivering({ delivery }: Config) {
  const { maxResponseBytes, connectionsPerOrigin } = delivery;
  return { maxResponseBytes, connectionsPerOrigin };
}

function createDeliver(
  { config, clock, userAgent, tracer }: Surroundings,
  { registry }: Connections,
  codecs: Codecs,
  { store }: StoreParts,
  endpoints: EndpointParts,
  sender: HttpSender,
): DeliverJob {
  return createDeliverJob({
    triggers: store,
    endpoints: endpoints.gate,
    sender,
    jobs: codecs.jobs,
    calls: createCallSchemas(registry, clock),
    ladder: ladderOf(config),
    deadTopic: config.topics.dead.name,
    clock,
    maxRetryAfterMs: config.delivery.maxRetryAfterMs,
    userAgent,
    ...(tracer !== undefined && { tracer }),
  });
}

function createConsumers({ config, clock, emit }: Surroundings, { kafka }: Connections) {
  const { sessionTimeoutMs, heartbeatIntervalMs, deliverGroup, retryGroup } = config.kafka;
  const consumer = (
    groupId: string,
    topics: readonly string[],
    emit: Emit<KafkaEvent>,
  ): GroupConsumer =>
    new GroupConsumer(
      kafka,
      {
        groupId,
        topics,
        sessionTimeoutMs,
        heartbeatIntervalMs,
        maxBytesPerPartition: bytesPerPartition,
      },
      { clock, emit },
    );
  const rungs = ladderOf(config).rungs.map(({ topic }) => topic);
  return {
    jobs: consumer(deliverGroup, [config.topics.jobs.name], emit),
    // What stands on a rung waits for its time, which is no lag; how much it is overdue is told by the stage.
    retries: consumer(
      retryGroup,
      rungs,
      (event) => void (event.type === "consumer.lag" || emit(event)),
    ),
  };
}

function writtenTopics(config: Config): readonly string[] {
  const { attempts, dead } = config.topics;
  return [attempts.name, dead.name, ...ladderOf(config).rungs.map(({ topic }) => topic)];
}

/** The deliver role, with what it sends and writes by. No job is read before the store has caught up and the suspended endpoints are known. Throws PEM_UNUSABLE for delivery.caFile. */
export function createDeliverRole(
  around: ServiceSurroundings,
  connections: Connections,
  codecs: Codecs,
  parts: StoreParts,
  endpoints: EndpointParts,
): Service {
  const { config, clock, emit } = around;
  const caBundle = certificatesOf("delivery.caFile", config.delivery.caFile);
  return {
    name: "deliver",
    async run(stop, kill) {
      await Promise.all([parts.store.whenCaughtUp(stop), endpoints.whenKnown(stop)]);
      if (stop.aborted) return;
      const { maxInFlight, maxPerEndpoint, patienceMs } = config.delivery;
      await using writer = createRecordWriter(connections.kafka, { clock, emit });
      // Nothing is sent before what comes of it can be recorded: whoever takes over would send it again.
      await Promise.race([writer.prepare(writtenTopics(config)), aborted(stop)]);
      if (stop.aborted) return;
      await using sender = createSender(around, caBundle, delivering(config));
      const consumers = createConsumers(around, connections);
      const stage = createDeliveryStage({
        consumers,
        deliver: createDeliver(around, connections, codecs, parts, endpoints, sender),
        writer,
        jobs: codecs.jobs,
        deadTopic: config.topics.dead.name,
        attempts: codecs.attempts,
        attemptsTopic: config.topics.attempts.name,
        ladder: ladderOf(config),
        endpoints: endpoints.gate,
        endpointOf: createEndpointLookup((id) => parts.store.trigger(id)?.trigger),
        heartbeatIntervalMs: config.kafka.heartbeatIntervalMs,
        steadyClock,
        scheduling: { maxInFlight, maxPerEndpoint, patienceMs },
        limits: { records: config.delivery.maxBufferedPerPartition, bytes: bytesPerPartition },
        commitIntervalMs,
        clock,
        emit,
      });
      using _survey = around.surveys.add(() => {
        stage.survey();
        for (const consumer of Object.values(consumers)) consumer.survey();
        emit({ type: "delivery.sockets", ...sender.sockets });
      });
      await stage.run(stop, kill);
    },
  };
}
