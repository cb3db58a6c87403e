import { activeOf } from "../../src/audit/active-triggers.ts";
import type { Licence } from "../../src/audit/active-triggers.ts";
import { jobIdOf } from "../../src/jobs/job-id.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { topicRoles } from "../../src/topology.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { createMemoryFlow, triggerIdOf } from "./memory-flow.ts";
import type { MemoryFlow } from "./memory-flow.ts";

/** What may happen to a model. */
export interface Step {
  readonly type: "time" | "calls" | "match" | "put" | "delete" | "licence";
  /** Which one, or how much; any number from 0 on. */
  readonly which: number;
}

export const stepTypes = ["time", "calls", "match", "put", "delete", "licence"] as const;

const partitions = 2;
const tenants = ["t1", "t2"];
const waits = [1, 700, 3000, 20_000];
const licences: readonly Licence[] = [
  { maxTriggers: null, suspended: false },
  { maxTriggers: 1, suspended: false },
  { maxTriggers: null, suspended: true },
];

/** How far each partition's matcher is behind the events, in ms: less than an audit allows for. */
const lagMs = [0, 4000];

interface Event {
  readonly at: number;
  readonly key: string;
  readonly value: object | null;
}

/**
 * A matcher as it may be by its promises, one for each partition, made of plain arrays: it writes jobs and their
 * deliveries to a log for an audit to judge, and knows of each call what it did.
 */
export class ModelledMatcher {
  readonly flow: MemoryFlow;
  readonly #events: Record<"triggers" | "tenants", Event[]> = { triggers: [], tenants: [] };
  readonly #matched = [0, 0];

  private constructor(flow: MemoryFlow) {
    this.flow = flow;
  }

  static async run(steps: readonly Step[]): Promise<ModelledMatcher> {
    const model = new ModelledMatcher(await createMemoryFlow({ partitions }));
    for (const step of [
      ...steps,
      { type: "match", which: 0 },
      { type: "match", which: 1 },
    ] as const)
      await model.#acts[step.type](step.which);
    return model;
  }

  readonly #acts: Readonly<Record<Step["type"], (which: number) => Promise<void>>> = {
    time: (which) => this.flow.clock.advance(waits[which % waits.length] ?? 0),
    calls: async (which) => {
      for (const tenantId of tenants)
        for (const dur of [which % 3, 9]) await this.flow.call({ tenantId, cdr: { dur } });
    },
    match: async (which) => this.#match(which % partitions),
    put: async (which) => {
      const tenantId = tenants[which % 2] ?? "";
      const number = which % 5;
      const filters = [{ field: "dur", op: "gte", values: [String(which % 4)] }];
      const createdAt = number;
      await this.flow.trigger({ number, tenantId, createdAt, filters, enabled: which % 7 !== 0 });
      this.#note("triggers", triggerIdOf(number));
    },
    delete: async (which) => {
      await this.flow.deleteTrigger(which % 5);
      this.#note("triggers", triggerIdOf(which % 5));
    },
    licence: async (which) => {
      const tenantId = tenants[which % 2] ?? "";
      await this.flow.tenant(tenantId, licences[which % 3] ?? {});
      this.#note("tenants", tenantId, licences[which % 3] ?? {});
    },
  };

  #note(role: "triggers" | "tenants", key: string, value: object | null = null): void {
    const at = this.flow.clock.now();
    this.#events[role].push({ at, key, value });
  }

  /** How many of the events the partition's matcher has read by now. */
  #seen(role: "triggers" | "tenants", partition: number): number {
    const now = this.flow.clock.now() - (lagMs[partition] ?? 0);
    return this.#events[role].filter(({ at }) => at <= now).length;
  }

  async #match(partition: number): Promise<void> {
    const at = { topic: topicRoles.cdr.name, partition };
    const calls = this.flow.log.read(at, this.#matched[partition] ?? 0, Infinity);
    for (const call of calls) await this.#matchOne(call);
    const offset = this.flow.log.endOf(at);
    this.#matched[partition] = offset;
    this.flow.log.commit("match", { ...at, offset });
  }

  async #matchOne(call: LogRecord): Promise<void> {
    const { tenantId, cdr } = await this.#decoded(call);
    const seen = this.#seen("triggers", call.partition);
    const state = new Map<string, Trigger | null>();
    for (const record of this.flow.records("triggers").slice(0, seen)) {
      const value = await this.#triggerOf(record);
      state.set(String(record.key), value);
    }
    const own = [...state.values()].filter(
      (trigger): trigger is Trigger => trigger?.tenantId === tenantId,
    );
    const licence = this.#events.tenants
      .slice(0, this.#seen("tenants", call.partition))
      .findLast(({ key }) => key === tenantId)?.value;
    const firing = activeOf(own, (licence ?? undefined) as Licence | undefined).filter((trigger) =>
      trigger.filters.every(({ values: [limit = "0"] }) => cdr.dur >= Number(limit)),
    );
    for (const { triggerId } of firing)
      this.#write(call, { tenantId, triggerId, cdrId: cdr.id }, seen - 1);
  }

  async #triggerOf({ value }: LogRecord): Promise<Trigger | null> {
    return value === null ? null : ((await this.flow.codecs.triggers.decode(value)) as Trigger);
  }

  async #decoded({
    value,
  }: LogRecord): Promise<{ tenantId: string; cdr: { id: string; dur: number } }> {
    return (await this.flow.decodeCall(value)) as {
      tenantId: string;
      cdr: { id: string; dur: number };
    };
  }

  #write(
    { topic, partition, offset, timestamp, value }: LogRecord,
    ids: { tenantId: string; triggerId: string; cdrId: string },
    triggersOffset: number,
  ): void {
    const { codecs, log } = this.flow;
    const at = { cdrTopic: topic, cdrPartition: partition, cdrOffset: offset };
    const jobId = jobIdOf(ids);
    const call = value ?? Buffer.alloc(0);
    const job: DeliveryJob = {
      ...ids,
      ...at,
      jobId,
      call,
      cdrTimestamp: timestamp,
      triggersOffset,
    };
    const made = log.append({
      topic: topicRoles.jobs.name,
      key: ids.triggerId,
      value: codecs.jobs.encode(job),
    });
    log.commit("deliver", { ...made, offset: made.offset + 1 });
    const attempt = codecs.attempts.encode({
      ...ids,
      ...at,
      jobId,
      attempt: 1,
      at: this.flow.clock.now(),
      durationMs: 1,
      outcome: "delivered",
      reason: null,
      status: 200,
      error: null,
      nextAttemptAt: null,
      method: "POST",
      host: "crm.example.com",
    });
    log.append({ topic: topicRoles.attempts.name, key: ids.tenantId, value: attempt });
  }
}
