import type { RecordCodec } from "../../src/avro/record-codec.ts";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { createDeliverJob } from "../../src/delivery/deliver-job.ts";
import { createDeliveryStage } from "../../src/delivery/delivery-stage.ts";
import { createEndpointLookup } from "../../src/delivery/endpoint.ts";
import type { HttpSender } from "../../src/delivery/http-request.ts";
import type { PartitionConsumer } from "../../src/delivery/intake.ts";
import type { RetryLadder } from "../../src/delivery/retry-ladder.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import type { Tracer } from "../../src/jobs/tracer.ts";
import type { EndpointHealth } from "../../src/endpoints/endpoint-health.ts";
import { CompactedTable } from "../../src/kafka/compacted-table.ts";
import { createMatchStage } from "../../src/matching/match-stage.ts";
import type { AnyEvent } from "../../src/observability/any-event.ts";
import { runTogether } from "../../src/runtime/run-together.ts";
import type { Emit } from "../../src/runtime/emit.ts";
import { readSchema } from "../../src/schema-files.ts";
import { topicRoles } from "../../src/topology.ts";
import { createCatalogWatch } from "../../src/triggers/catalog-watch.ts";
import type { StoreTable } from "../../src/triggers/store-events.ts";
import { createTriggerStore } from "../../src/triggers/trigger-store.ts";
import type { TriggerStore } from "../../src/triggers/trigger-store.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { createTypeMismatches } from "../../src/triggers/type-mismatches.ts";
import { subjectOf } from "../../src/wanted-topics.ts";
import { settle } from "./fake-clock.ts";
import type { FakeClock } from "./fake-clock.ts";
import { createMemoryEndpoints } from "./memory-endpoints.ts";
import type { EndpointOptions } from "./memory-endpoints.ts";
import { MemoryConsumer } from "./memory-consumer.ts";
import type { MemoryGroups } from "./memory-group.ts";
import type { MemoryLog } from "./memory-log.ts";
import { createMemoryProcessor } from "./memory-processor.ts";
import type { MemoryRegistry } from "./memory-registry.ts";
import { createMemorySource } from "./memory-source.ts";
import { createMemoryWriter } from "./memory-writer.ts";
import type { MemoryWriter } from "./memory-writer.ts";

/** What the workers of a flow share: the outside world. */
export interface MemoryWorld {
  readonly clock: FakeClock;
  readonly log: MemoryLog;
  readonly groups: MemoryGroups;
  readonly registry: MemoryRegistry;
  readonly sender: HttpSender;
  readonly ladder: RetryLadder;
  readonly codecs: {
    readonly triggers: RecordCodec<unknown>;
    readonly tenants: RecordCodec<unknown>;
    readonly jobs: RecordCodec<DeliveryJob>;
    readonly attempts: RecordCodec<DeliveryAttempt>;
    readonly endpoints: RecordCodec<EndpointHealth>;
  };
  readonly emit: Emit<AnyEvent>;
}

export interface WorkerOptions extends EndpointOptions {
  readonly maxInFlight: number;
  readonly maxPerEndpoint: number;
  readonly patienceMs: number;
  readonly maxBufferedPerPartition: number;
  readonly maxRetryAfterMs: number;
  readonly commitIntervalMs: number;
  readonly registryRefreshMs: number;
  /** Left out: tracing is off. */
  readonly tracer?: Tracer;
}

export const standardOptions: WorkerOptions = {
  afterMs: 0,
  afterFailures: 3,
  probeIntervalMs: 30_000,
  jobsAtOnce: 100,
  maxInFlight: 256,
  maxPerEndpoint: 64,
  patienceMs: 1000,
  maxBufferedPerPartition: 500,
  maxRetryAfterMs: 3_600_000,
  commitIntervalMs: 100,
  registryRefreshMs: 30_000,
};

type Role = "match" | "deliver";

const never = new Promise<never>(() => undefined);

/** One process of the service on a memory log: the real parts, put together as the service puts them together. */
export class MemoryWorker {
  readonly jobs: MemoryConsumer;
  readonly retries: MemoryConsumer;
  readonly #world: MemoryWorld;
  readonly #options: WorkerOptions;
  readonly #tracing: Pick<WorkerOptions, "tracer">;
  readonly #writer: MemoryWriter;
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  readonly #tables = new AbortController();
  #store: TriggerStore | undefined;
  #tablesHeld = Promise.resolve();
  #crashed = false;
  #running: Promise<void> = Promise.resolve();

  constructor(world: MemoryWorld, options: WorkerOptions) {
    this.#world = world;
    this.#options = options;
    this.#tracing = options.tracer === undefined ? {} : { tracer: options.tracer };
    const { groups, ladder, log } = world;
    this.#writer = createMemoryWriter(log);
    this.jobs = new MemoryConsumer(groups.get("deliver"), [topicRoles.jobs.name]);
    const rungs = ladder.rungs.map(({ topic }) => topic);
    this.retries = new MemoryConsumer(groups.get("retries"), rungs);
  }

  async start(roles: readonly Role[]): Promise<void> {
    this.#running = this.#run(roles);
    await settle();
  }

  /** SIGTERM; resolves when the worker has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The deadline of the stop has passed. */
  kill(): void {
    this.#kill.abort();
  }

  /** Ends at once: whatever it still does has no effect on anything outside. */
  async crash(): Promise<void> {
    this.#crashed = true;
    await this.#writer[Symbol.asyncDispose]();
    this.#stop.abort();
    this.#kill.abort();
    await this.#running;
    await settle();
  }

  /** The events of both tables reach this worker only after the returned function was called. */
  holdTables(): () => Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tablesHeld = promise;
    return async () => {
      resolve();
      await settle();
    };
  }

  get store(): TriggerStore {
    if (this.#store === undefined) throw new Error("the worker was not started");
    return this.#store;
  }

  async #run(roles: readonly Role[]): Promise<void> {
    const { store, catalogWatch, mismatches } = await this.#createStore();
    this.#store = store;
    const filling = (["tenants", "triggers"] as const).map((name) => this.#feed(name, store));
    filling.push(catalogWatch.run(this.#tables.signal, this.#kill.signal));
    await store.whenCaughtUp(this.#stop.signal);
    const working: Promise<void>[] = [];
    if (roles.includes("match")) working.push(this.#match(store, () => mismatches.take()));
    if (roles.includes("deliver")) working.push(this.#deliver(store));
    await Promise.all(working);
    this.#tables.abort();
    await Promise.all(filling);
  }

  async #createStore() {
    const { registry, clock, codecs } = this.#world;
    const catalogWatch = createCatalogWatch({
      source: { latest: () => registry.latest(subjectOf(topicRoles.cdr.name)) },
      shipped: readSchema("CallEnded"),
      refreshMs: this.#options.registryRefreshMs,
      clock,
    });
    const mismatches = createTypeMismatches();
    const store = createTriggerStore({
      table: createTriggerTable({
        catalog: await catalogWatch.load(),
        allowHttp: false,
        onTypeMismatch: (field) => mismatches.note(field),
      }),
      triggers: codecs.triggers,
      tenants: codecs.tenants,
      refreshCatalog: () => catalogWatch.refresh(),
      confirmCatalog: () => catalogWatch.confirm(),
      clock,
      emit: this.#emit,
    });
    catalogWatch.onChange((catalog) => store.useCatalog(catalog));
    return { store, catalogWatch, mismatches };
  }

  async #feed(name: StoreTable, store: TriggerStore): Promise<void> {
    const { log, clock } = this.#world;
    const { signal } = this.#tables;
    const topic = topicRoles[name].name;
    const source = createMemorySource(log, { topic, partition: 0 }, clock, signal);
    const handlers = {
      record: async (record: Parameters<TriggerStore["apply"]>[1]) => {
        await this.#tablesHeld;
        await store.apply(name, record);
      },
      position: (position: number, end: number) => store.position(name, position, end),
    };
    await new CompactedTable(topic, source, { clock, emit: this.#emit }).run(handlers, signal);
  }

  async #match(store: TriggerStore, takeTypeMismatches: () => ReadonlyMap<string, number>) {
    const { registry, clock, codecs, groups } = this.#world;
    const stage = createMatchStage({
      schemas: createCallSchemas(registry, clock),
      triggers: store,
      encodeJob: (job) => codecs.jobs.encode(job),
      takeTypeMismatches,
      topics: { jobs: topicRoles.jobs.name, invalid: topicRoles.invalid.name },
      ...this.#tracing,
      clock,
      emit: this.#emit,
    });
    const processor = createMemoryProcessor(groups.get("match"), topicRoles.cdr.name, clock);
    await processor.run((batch, maxBytes) => stage.transform(batch, maxBytes), this.#stop.signal);
  }

  async #deliver(store: TriggerStore): Promise<void> {
    const { registry, clock, codecs, ladder, sender } = this.#world;
    const { maxBufferedPerPartition, maxRetryAfterMs, commitIntervalMs } = this.#options;
    const { maxInFlight, maxPerEndpoint, patienceMs } = this.#options;
    const endpoints = createMemoryEndpoints(this.#world, this.#options, {
      store,
      writer: this.#writer,
      emit: this.#emit,
    });
    const aides = new AbortController();
    const helping = runTogether(endpoints.services, aides.signal, this.#kill.signal);
    const deliver = createDeliverJob({
      triggers: store,
      endpoints: endpoints.gate,
      sender: {
        send: (request, options) => this.#unlessCrashed(() => sender.send(request, options)),
      },
      jobs: codecs.jobs,
      calls: createCallSchemas(registry, clock),
      ladder,
      deadTopic: topicRoles.dead.name,
      clock,
      maxRetryAfterMs,
      userAgent: "onhook/test",
      ...this.#tracing,
    });
    const stage = createDeliveryStage({
      consumers: { jobs: this.#ofThisWorker(this.jobs), retries: this.#ofThisWorker(this.retries) },
      deliver,
      writer: this.#writer,
      jobs: codecs.jobs,
      deadTopic: topicRoles.dead.name,
      attempts: codecs.attempts,
      attemptsTopic: topicRoles.attempts.name,
      ladder,
      endpoints: endpoints.gate,
      endpointOf: createEndpointLookup((id) => store.trigger(id)?.trigger),
      scheduling: { maxInFlight, maxPerEndpoint, patienceMs },
      limits: { records: maxBufferedPerPartition, bytes: 1024 * 1024 },
      commitIntervalMs,
      clock,
      heartbeatIntervalMs: 500,
      steadyClock: clock,
      emit: this.#emit,
    });
    await stage.run(this.#stop.signal, this.#kill.signal);
    aides.abort();
    await helping;
  }

  #ofThisWorker(consumer: MemoryConsumer): PartitionConsumer {
    return {
      run: (handlers, signal) => consumer.run(handlers, signal),
      pause: (at) => consumer.pause(at),
      resume: (at) => consumer.resume(at),
      confirmed: () => consumer.confirmed(),
      get isConfirmed() {
        return consumer.isConfirmed;
      },
      commit: async (offsets) => {
        if (!this.#crashed) await consumer.commit(offsets);
      },
    };
  }

  readonly #emit: Emit<AnyEvent> = (event) => {
    if (!this.#crashed) this.#world.emit(event);
  };

  #unlessCrashed<T>(effect: () => Promise<T>): Promise<T> {
    return this.#crashed ? never : effect();
  }
}
