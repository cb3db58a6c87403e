import { disableTrigger } from "../../src/endpoints/disable-trigger.ts";
import type { EndpointHealth, SuspensionRule } from "../../src/endpoints/endpoint-health.ts";
import { EndpointWatch } from "../../src/endpoints/endpoint-watch.ts";
import { Redriver } from "../../src/endpoints/redriver.ts";
import { createRedrives } from "../../src/endpoints/redrives.ts";
import { Suspensions } from "../../src/endpoints/suspensions.ts";
import { CompactedTable } from "../../src/kafka/compacted-table.ts";
import type { AnyEvent } from "../../src/observability/any-event.ts";
import type { Emit } from "../../src/runtime/emit.ts";
import type { Service } from "../../src/runtime/supervisor.ts";
import { topicRoles } from "../../src/topology.ts";
import type { TriggerStore } from "../../src/triggers/trigger-store.ts";
import { MemoryConsumer } from "./memory-consumer.ts";
import { createMemoryReplayLog } from "./memory-replay-log.ts";
import { createMemorySource } from "./memory-source.ts";
import type { MemoryWorld } from "./memory-worker.ts";
import type { MemoryWriter } from "./memory-writer.ts";

export interface EndpointOptions extends SuspensionRule {
  readonly probeIntervalMs: number;
  readonly jobsAtOnce: number;
}

const at = { topic: topicRoles.endpoints.name, partition: 0 };

/** The watch over endpoints on a memory log, put together as the service does; the redriver only where anything is suspended. */
export function createMemoryEndpoints(
  { log, clock, groups, codecs }: MemoryWorld,
  options: EndpointOptions,
  { store, writer, emit }: { store: TriggerStore; writer: MemoryWriter; emit: Emit<AnyEvent> },
) {
  async function publish(endpointId: string, health: EndpointHealth | null): Promise<void> {
    const value = health && codecs.endpoints.encode(health);
    await writer.write({ topic: at.topic, key: endpointId, value });
  }
  const suspensions: Suspensions = new Suspensions((id) => watch.tableChanged(id));
  const triggers = { topic: topicRoles.triggers.name, partition: 0 };
  const watch = new EndpointWatch({
    suspensions,
    publish: (health) => publish(health.endpointId, health),
    disable: (trigger) =>
      disableTrigger(trigger, "gone", {
        current: (triggerId) => store.trigger(triggerId),
        read: async (from, to) => log.read(triggers, from, to - from).filter((r) => r.offset < to),
        decode: (value) => codecs.triggers.decode(value),
        encode: (value) => codecs.triggers.encode(value),
        write: async ({ triggerId }, value) =>
          (await writer.write({ topic: triggers.topic, key: triggerId, value })).offset,
      }),
    rule: options,
    clock,
    steadyClock: clock,
    emit,
  });
  const table: Service = {
    name: "table endpoints",
    async run(stop) {
      const source = createMemorySource(log, at, clock, stop);
      const handlers = {
        record: async ({ key, value }: { key: Buffer | null; value: Buffer | null }) =>
          suspensions.apply(String(key), value && (await codecs.endpoints.decode(value))),
        position: () => undefined,
      };
      await new CompactedTable(at.topic, source, { clock, emit }).run(handlers, stop);
    },
  };
  const deadOptions = {
    deadTopic: topicRoles.dead.name,
    jobsTopic: topicRoles.jobs.name,
    maxRecordBytes: Infinity,
    decode: (value: Buffer | null) => codecs.jobs.decode(value),
  };
  const redriver = new Redriver({
    suspensions,
    leadership: new MemoryConsumer(groups.get("redrive"), [at.topic]),
    redrives: createRedrives(
      { ...deadOptions, ratePerSecond: 1000 },
      { log: createMemoryReplayLog(log), clock, emit },
    ),
    release: (endpointId) => publish(endpointId, null),
    probeIntervalMs: options.probeIntervalMs,
    jobsAtOnce: options.jobsAtOnce,
    clock,
    steadyClock: clock,
    emit,
  });
  const services = options.afterMs === 0 ? [table, watch] : [table, watch, redriver];
  return { gate: watch, services, suspensions };
}
