import { randomUUID } from "node:crypto";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import { spread } from "../../src/benchmark/percentile.ts";
import { rawPost } from "../../src/benchmark/raw-post.ts";
import { startSinkProcess } from "../../src/benchmark/sink-process.ts";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { createDeliverJob } from "../../src/delivery/deliver-job.ts";
import type { EndpointGate } from "../../src/delivery/deliver-job.ts";
import { createDeliveryStage } from "../../src/delivery/delivery-stage.ts";
import { createEndpointLookup } from "../../src/delivery/endpoint.ts";
import type { IntakeHandlers, PartitionConsumer } from "../../src/delivery/intake.ts";
import { createRetryLadder } from "../../src/delivery/retry-ladder.ts";
import { createAddressGuard } from "../../src/http/address-guard.ts";
import { createHttpSender } from "../../src/http/undici-sender.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import type { LogRecord, TopicPartition } from "../../src/log/log-record.ts";
import { ownBytes } from "../../src/kafka/to-log-record.ts";
import { partitionKey } from "../../src/log/log-record.ts";
import { createMetrics } from "../../src/observability/metrics.ts";
import { aborted } from "../../src/runtime/aborted.ts";
import { steadyClock, systemClock } from "../../src/runtime/clock.ts";
import { readSchema } from "../../src/schema-files.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { avroTypeOf, schemaFile, wireBytes } from "../support/e2e-platform.ts";
import { triggerOf } from "../support/e2e-samples.ts";
import { jobCodec, jobOf } from "./matching-parts.ts";

/** What the deliver role takes for a request where no broker is: records come from memory, and what is written is dropped. */
export interface DeliveringOptions {
  /** Jobs of each round; one more round comes first, to warm up. */
  readonly jobs: number;
  readonly rounds: number;
  readonly endpoints: number;
}

export const deliveringDefaults: DeliveringOptions = { jobs: 20_000, rounds: 5, endpoints: 100 };

const partitions = 6;
const batchSize = 250;
const distinctJobs = 10_000;
const topic = "onhook.jobs";
const headers = {};
const callSchemaId = 7;

/** Hands out records for as long as they are taken: a partition that is paused gets none. */
class EndlessConsumer implements PartitionConsumer {
  readonly isConfirmed = true;
  readonly #make: ((number: number) => Pick<LogRecord, "key" | "value">) | null;
  readonly #paused = new Set<string>();
  readonly #offsets = Array.from({ length: partitions }, () => 0);
  #next = 0;

  /** Without `make` there are no records. */
  constructor(make: ((number: number) => Pick<LogRecord, "key" | "value">) | null) {
    this.#make = make;
  }

  async run(handlers: IntakeHandlers, signal: AbortSignal): Promise<void> {
    const make = this.#make;
    if (make === null) return await aborted(signal);
    while (!signal.aborted) {
      for (let partition = 0; partition < partitions; partition += 1) {
        const at = { topic, partition };
        if (this.#paused.has(partitionKey(at))) continue;
        const records = Array.from({ length: batchSize }, () => this.#record(at, make));
        handlers.records({ ...at, records });
      }
      await turn();
    }
  }

  #record(
    at: TopicPartition,
    make: (number: number) => Pick<LogRecord, "key" | "value">,
  ): LogRecord {
    const offset = this.#offsets[at.partition] as number;
    this.#offsets[at.partition] = offset + 1;
    return ownBytes({ ...at, offset, timestamp: Date.now(), headers, ...make(this.#next++) });
  }

  pause(at: TopicPartition): void {
    this.#paused.add(partitionKey(at));
  }

  resume(at: TopicPartition): void {
    this.#paused.delete(partitionKey(at));
  }

  async commit(): Promise<void> {}

  async confirmed(): Promise<void> {}
}

/** Triggers of as many tenants, and the jobs of their calls in turn. */
function load(url: string, endpoints: number) {
  const table = createTriggerTable({
    catalog: createFieldCatalog(schemaFile("call-ended")),
    allowHttp: true,
    onTypeMismatch: () => undefined,
  });
  const callType = avroTypeOf(schemaFile("call-ended"));
  const triggers = Array.from({ length: endpoints }, (_, number) => {
    const tenantId = `tenant-${number}`;
    const customData = { padding: "x".repeat(750) };
    const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
    const action = { customData, secrets, retries: 3 };
    const value = triggerOf({ tenantId, url: `${url}/ok/${number}`, action });
    const { triggerId } = value;
    if (table.applyTrigger({ triggerId, value, offset: number }) !== "applied")
      throw new Error("a trigger was refused");
    return { tenantId, triggerId };
  });
  // Made beforehand, and copied as they are taken in, as they are of a fetch: each stands for many jobs.
  const made = Array.from({ length: distinctJobs }, (_, number) => {
    const { tenantId, triggerId } = triggers[number % endpoints] as (typeof triggers)[number];
    const call = { tenantId, id: null, cdr: { id: `call-${number}` } };
    const value = wireBytes(callSchemaId, callType.toBuffer(callType.clone(call)));
    const job = { ...jobOf(value, number), triggersOffset: 0, tenantId, triggerId };
    return {
      key: Buffer.from(triggerId),
      value: jobCodec.encode({ ...job, jobId: randomUUID() }),
    };
  });
  const make = (number: number): Pick<LogRecord, "key" | "value"> => {
    const { key, value } = made[number % distinctJobs] as (typeof made)[number];
    return { key, value };
  };
  return { table, make };
}

/** Takes what is written, and says so a moment later, for all together. */
function writer() {
  let waiting: (() => void)[] = [];
  const flush = (): void => {
    const written = waiting;
    waiting = [];
    for (const each of written) each();
  };
  return {
    async write(): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (waiting.push(resolve) === 1) setTimeout(flush, 5);
      await promise;
    },
  };
}

function createStage({ table, make }: ReturnType<typeof load>) {
  const { record } = createMetrics(systemClock);
  let delivered = 0;
  const sender = createHttpSender({
    timeoutMs: 10_000,
    maxResponseBytes: 65_536,
    connectionsPerOrigin: 512,
    keepAliveMs: 30_000,
    guard: createAddressGuard({ allowedRanges: ["127.0.0.0/8"], deniedPorts: [] }),
  });
  const ladder = createRetryLadder("onhook.retry.", [2000]);
  const gate: EndpointGate = { admits: () => "send", ended: () => undefined };
  const trigger = (id: string) => table.trigger(id);
  const schemas = { get: async () => schemaFile("call-ended") };
  const lookup = {
    triggersOffset: 0,
    reached: async () => undefined,
    trigger,
    inDoubt: () => undefined,
    settle: async () => undefined,
  };
  const stage = createDeliveryStage({
    consumers: { jobs: new EndlessConsumer(make), retries: new EndlessConsumer(null) },
    deliver: createDeliverJob({
      triggers: lookup,
      endpoints: gate,
      sender,
      jobs: jobCodec,
      calls: createCallSchemas(schemas, systemClock),
      ladder,
      deadTopic: "onhook.dead",
      clock: systemClock,
      maxRetryAfterMs: 60_000,
      userAgent: "onhook/0",
    }),
    writer: writer(),
    jobs: jobCodec,
    deadTopic: "onhook.dead",
    attempts: createRecordCodec<DeliveryAttempt>({
      schema: readSchema("DeliveryAttempt"),
      schemaId: 3,
      schemas,
    }),
    attemptsTopic: "onhook.attempts",
    ladder,
    endpoints: gate,
    endpointOf: createEndpointLookup((id) => trigger(id)?.trigger),
    heartbeatIntervalMs: 500,
    steadyClock,
    scheduling: { maxInFlight: 512, maxPerEndpoint: 64, patienceMs: 1000 },
    limits: { records: 500, bytes: 1024 * 1024 },
    commitIntervalMs: 10,
    clock: systemClock,
    emit(event) {
      if (event.type === "delivery.attempted") delivered += 1;
      record(event);
    },
  });
  return { stage, sender, delivered: () => delivered };
}

/** What the same bodies take, posted by undici alone: µs of processor time each. */
async function postAlone(url: string, total: number): Promise<number> {
  const paths = Array.from({ length: 100 }, (_, number) => `/ok/${number}`);
  const before = process.cpuUsage();
  await rawPost({ url, paths, total, bytes: 1000, inFlight: 256, connections: 64 });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / total;
}

export async function delivering(
  { jobs, rounds, endpoints }: DeliveringOptions,
  out: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly micros: readonly number[] }> {
  await using sink = await startSinkProcess(new AbortController().signal);
  await sink.mark(jobs);
  const micros: number[] = [];
  const alone: number[] = [];
  const jobsOfAll = load(sink.url, endpoints);
  await postAlone(sink.url, jobs);
  for (let round = 0; round <= rounds; round += 1) {
    alone.push(await postAlone(sink.url, jobs));
    const { stage, sender, delivered } = createStage(jobsOfAll);
    const [stop, kill] = [new AbortController(), new AbortController()];
    const before = process.cpuUsage();
    const running = stage.run(stop.signal, kill.signal);
    while (delivered() < jobs) await pause(20);
    stop.abort();
    await running;
    await sender[Symbol.asyncDispose]();
    const { user, system } = process.cpuUsage(before);
    micros.push((user + system) / delivered());
  }
  const [own, undici] = [micros.slice(1), alone.slice(1)].map((each) => spread(each, 1));
  out(`${jobs} jobs a round, ${endpoints} endpoints, no broker`);
  out(`${own} µs of processor time a request; posting alone ${undici}`);
  return { ok: true, micros };
}
