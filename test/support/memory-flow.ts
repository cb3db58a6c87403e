import { createRecordCodec } from "../../src/avro/record-codec.ts";
import type { RecordCodec } from "../../src/avro/record-codec.ts";
import { createRetryLadder } from "../../src/delivery/retry-ladder.ts";
import type { EndpointHealth } from "../../src/endpoints/endpoint-health.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import type { AnyEvent, EventOf } from "../../src/observability/any-event.ts";
import { readSchema } from "../../src/schema-files.ts";
import { topicRoles } from "../../src/topology.ts";
import type { RecordName, TopicRole } from "../../src/topology.ts";
import { subjectOf } from "../../src/wanted-topics.ts";
import { createFakeClock, settle } from "./fake-clock.ts";
import { MemoryGroups } from "./memory-group.ts";
import { MemoryLog } from "./memory-log.ts";
import { MemoryRegistry } from "./memory-registry.ts";
import { MemorySender } from "./memory-sender.ts";
import type { Sent } from "./memory-sender.ts";
import { MemoryWorker, standardOptions } from "./memory-worker.ts";
import type { MemoryWorld, WorkerOptions } from "./memory-worker.ts";

/** The receiver of every trigger that does not name another. */
export const crm = "https://crm.example.com/hook";

/** A trigger's id, by number. */
export const triggerIdOf = (number: number): string =>
  `7c9e6679-7425-40de-944b-${String(number).padStart(12, "0")}`;

export interface FlowOptions extends Partial<WorkerOptions> {
  /** Of the calls, of the jobs and of each rung; 1 otherwise. */
  readonly partitions?: number;
}

interface TriggerChanges {
  /** 1 otherwise. */
  readonly number?: number;
  readonly tenantId?: string;
  readonly enabled?: boolean;
  readonly createdAt?: number;
  readonly filters?: readonly object[];
  readonly action?: object;
}

interface CallChanges {
  readonly tenantId?: string;
  readonly cdr?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const { cdr, triggers, tenants, attempts } = topicRoles;

async function createWorld({ partitions = 1 }: FlowOptions) {
  const clock = createFakeClock();
  const log = new MemoryLog(clock);
  const registry = new MemoryRegistry();
  const delays = Array.from({ length: 10 }, (_, index) => (index + 1) * 2000);
  const ladder = createRetryLadder("onhook.retry.", delays);
  for (const { name } of Object.values(topicRoles)) log.createTopic(name, 1);
  for (const { topic } of [...ladder.rungs, { topic: cdr.name }, { topic: topicRoles.jobs.name }])
    log.createTopic(topic, partitions);
  const codec = async <T>(record: RecordName, role: TopicRole): Promise<RecordCodec<T>> => {
    const schema = readSchema(record);
    const schemaId = await registry.register(subjectOf(topicRoles[role].name), schema);
    return createRecordCodec<T>({ schema, schemaId, schemas: registry });
  };
  return {
    clock,
    log,
    registry,
    ladder,
    sender: new MemorySender(clock),
    groups: new MemoryGroups(log),
    calls: await codec<object>("CallEnded", "cdr"),
    codecs: {
      triggers: await codec<unknown>("Trigger", "triggers"),
      tenants: await codec<unknown>("Tenant", "tenants"),
      jobs: await codec<DeliveryJob>("DeliveryJob", "jobs"),
      attempts: await codec<DeliveryAttempt>("DeliveryAttempt", "attempts"),
      endpoints: await codec<EndpointHealth>("EndpointHealth", "endpoints"),
    } satisfies MemoryWorld["codecs"],
  };
}

type World = Awaited<ReturnType<typeof createWorld>>;

/** The whole service without a broker: a memory log, a fake clock, scripted receivers, and workers of real parts. */
export class MemoryFlow {
  readonly clock: World["clock"];
  readonly log: World["log"];
  readonly registry: World["registry"];
  readonly receivers: World["sender"];
  readonly groups: World["groups"];
  readonly ladder: World["ladder"];
  readonly codecs: World["codecs"];
  readonly events: AnyEvent[] = [];
  readonly #world: World;
  readonly #options: WorkerOptions;
  #calls: RecordCodec<object>;
  #callCount = 0;

  constructor(world: World, options: FlowOptions) {
    this.#world = world;
    this.#calls = world.calls;
    ({
      clock: this.clock,
      log: this.log,
      registry: this.registry,
      sender: this.receivers,
      groups: this.groups,
      ladder: this.ladder,
      codecs: this.codecs,
    } = world);
    this.#options = { ...standardOptions, ...options };
  }

  /** A worker that is to be started. */
  worker(options: Partial<WorkerOptions> = {}): MemoryWorker {
    const world = { ...this.#world, emit: (event: AnyEvent) => void this.events.push(event) };
    return new MemoryWorker(world, { ...this.#options, ...options });
  }

  /** A worker at work, in both roles. */
  async start(options: Partial<WorkerOptions> = {}): Promise<MemoryWorker> {
    const worker = this.worker(options);
    await worker.start(["match", "deliver"]);
    return worker;
  }

  /** Publishes a trigger; it fires for every call of tenant t1 unless `changes` say otherwise. */
  async trigger({ number = 1, action, ...changes }: TriggerChanges = {}): Promise<string> {
    const triggerId = triggerIdOf(number);
    const value = { triggerId, tenantId: "t1", ...changes, action: { url: crm, ...action } };
    const record = { topic: triggers.name, key: triggerId };
    this.log.append({ ...record, value: this.codecs.triggers.encode(value) });
    await settle();
    return triggerId;
  }

  async deleteTrigger(number = 1): Promise<void> {
    this.log.append({ topic: triggers.name, key: triggerIdOf(number), value: null });
    await settle();
  }

  async tenant(tenantId: string, changes: object): Promise<void> {
    const value = this.codecs.tenants.encode({ tenantId, ...changes });
    this.log.append({ topic: tenants.name, key: tenantId, value });
    await settle();
  }

  /** The platform writes its calls by this schema from now on. */
  async useCallSchema(schema: unknown): Promise<void> {
    const schemaId = await this.registry.register(subjectOf(cdr.name), schema);
    this.#calls = createRecordCodec({ schema, schemaId, schemas: this.registry });
  }

  /** Writes calls of tenant t1 by a schema that is not the newest of the calls' topic. */
  async callsOf(subject: string, schema: unknown): Promise<(cdr: object) => Buffer> {
    const schemaId = await this.registry.register(subject, schema);
    const codec = createRecordCodec<object>({ schema, schemaId, schemas: this.registry });
    return (cdr) => codec.encode({ tenantId: "t1", id: null, cdr: { id: "call", ...cdr } });
  }

  /** A call of tenant t1 ends, as far as `changes` do not say otherwise. Returns its id. */
  async call({ tenantId = "t1", cdr: fields, headers }: CallChanges = {}): Promise<string> {
    this.#callCount += 1;
    const id = `call-${this.#callCount}`;
    const value = this.#calls.encode({ tenantId, id: null, cdr: { id, ...fields } });
    await this.append({ key: id, value, ...(headers && { headers }) });
    return id;
  }

  decodeCall(value: Buffer | null): Promise<object> {
    return this.#calls.decode(value);
  }

  /** Anything at all on the calls' topic. */
  async append(
    record: Omit<Parameters<MemoryLog["append"]>[0], "topic">,
    topic: string = cdr.name,
  ): Promise<void> {
    this.log.append({ topic, ...record });
    await settle();
  }

  records(role: TopicRole): readonly LogRecord[] {
    return this.log.all(topicRoles[role].name);
  }

  jobs(role: "jobs" | "dead" = "jobs"): Promise<DeliveryJob[]> {
    return Promise.all(this.records(role).map(({ value }) => this.codecs.jobs.decode(value)));
  }

  attempts(): Promise<DeliveryAttempt[]> {
    const records = this.log.all(attempts.name);
    return Promise.all(records.map(({ value }) => this.codecs.attempts.decode(value)));
  }

  /** What came of each attempt, in short: `failed status 500`. */
  async outcomes(): Promise<string[]> {
    const words = ({ outcome, reason, status }: DeliveryAttempt) =>
      [outcome, reason, status].filter((word) => word !== null).join(" ");
    return (await this.attempts()).map(words);
  }

  get sent(): readonly Sent[] {
    return this.receivers.sent;
  }

  eventsOf<Type extends AnyEvent["type"]>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }
}

export async function createMemoryFlow(options: FlowOptions = {}): Promise<MemoryFlow> {
  return new MemoryFlow(await createWorld(options), options);
}

/** The headers of a record, as text. */
export function headersOf(record: LogRecord | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record?.headers ?? {}).map(([name, value]) => [name, value.toString()]),
  );
}
