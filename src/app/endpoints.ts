import type { EndpointGate } from "../delivery/deliver-job.ts";
import { disableTrigger } from "../endpoints/disable-trigger.ts";
import type { EndpointHealth } from "../endpoints/endpoint-health.ts";
import { EndpointWatch } from "../endpoints/endpoint-watch.ts";
import { Redriver } from "../endpoints/redriver.ts";
import { createRedrives } from "../endpoints/redrives.ts";
import { Suspensions } from "../endpoints/suspensions.ts";
import { GroupConsumer } from "../kafka/group-consumer.ts";
import type { KafkaEvent } from "../kafka/kafka-events.ts";
import { PartitionReader } from "../kafka/partition-reader.ts";
import { createRecordWriter } from "../kafka/record-writer.ts";
import type { RecordWriter } from "../kafka/record-writer.ts";
import type { LogRecord } from "../log/log-record.ts";
import { steadyClock } from "../runtime/clock.ts";
import { aborted } from "../runtime/aborted.ts";
import { runTogether } from "../runtime/run-together.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import { readEndpoints } from "./endpoint-records.ts";
import { createReplayLog, deadReplayOptions } from "./replays.ts";
import type { StoreParts } from "./store.ts";

/** How endpoints are, and what keeps that up to date. */
export interface EndpointParts {
  readonly gate: EndpointGate;
  readonly service: Service;
  /** Resolves when it is known which endpoints are suspended, or `signal` is aborted. */
  whenKnown(signal: AbortSignal): Promise<void>;
}

/** How many seconds' worth of jobs go back at a time for the endpoints that recover. */
const secondsAtOnce = 5;

type Around = readonly [Surroundings, Connections, Codecs, StoreParts];

/** Makes the watch over endpoints, the table that it writes and reads, and the redriver. */
export function createEndpoints(...around: Around): EndpointParts {
  const [surroundings, connections, codecs] = around;
  const { config, clock, emit } = surroundings;
  const { kafka } = connections;
  const topic = config.topics.endpoints.name;
  const { promise: writing, resolve: open } = Promise.withResolvers<RecordWriter>();
  const publish = async (endpointId: string, health: EndpointHealth | null): Promise<void> => {
    const value = health && codecs.endpoints.encode(health);
    await (await writing).write({ topic, key: endpointId, value });
  };
  const suspensions: Suspensions = new Suspensions((id) => watch.tableChanged(id));
  const { suspendAfterMs: afterMs, suspendAfterFailures: afterFailures } = config.delivery;
  const watch = new EndpointWatch({
    suspensions,
    publish: (health) => publish(health.endpointId, health),
    disable: (trigger) => disable(trigger, writing, around),
    rule: { afterMs, afterFailures },
    clock,
    steadyClock,
    emit,
  });
  const { promise: known, resolve: tellKnown } = Promise.withResolvers<void>();
  const table = readEndpoints(surroundings, connections, codecs, suspensions, tellKnown);
  const redriver = createRedriver(around, suspensions, (id) => publish(id, null));
  return {
    gate: watch,
    service: {
      name: "endpoints",
      async run(stop, kill) {
        await using writer = createRecordWriter(kafka, { clock, emit });
        open(writer);
        await runTogether([table, watch, redriver], stop, kill);
      },
    },
    async whenKnown(signal) {
      await Promise.race([known, aborted(signal)]);
    },
  };
}

function createRedriver(
  [surroundings, connections, codecs]: Around,
  suspensions: Suspensions,
  release: (endpointId: string) => Promise<void>,
): Redriver {
  const { config, clock, emit } = surroundings;
  const { sessionTimeoutMs, heartbeatIntervalMs, redriveGroup } = config.kafka;
  const { redrivePerSecond, probeIntervalMs } = config.delivery;
  // Who leads has nothing to fetch; its lag and the age of its fetches mean nothing.
  const silent = new Set<KafkaEvent["type"]>([
    "consumer.joined",
    "consumer.fetched",
    "consumer.lag",
  ]);
  return new Redriver({
    suspensions,
    leadership: new GroupConsumer(
      connections.kafka,
      {
        groupId: redriveGroup,
        topics: [config.topics.endpoints.name],
        sessionTimeoutMs,
        heartbeatIntervalMs,
        maxBytesPerPartition: 65_536,
      },
      { clock, emit: (event) => void (silent.has(event.type) || emit(event)) },
    ),
    redrives: createRedrives(
      { ...deadReplayOptions(surroundings, codecs), ratePerSecond: redrivePerSecond },
      { log: createReplayLog(surroundings, connections), clock: steadyClock, emit },
    ),
    release,
    probeIntervalMs,
    jobsAtOnce: redrivePerSecond * secondsAtOnce,
    clock,
    steadyClock,
    emit,
  });
}

function disable(
  trigger: Trigger,
  writing: Promise<RecordWriter>,
  [{ config }, { kafka }, codecs, { store }]: Around,
): Promise<boolean> {
  const topic = config.topics.triggers.name;
  return disableTrigger(trigger, "gone", {
    current: (triggerId) => store.trigger(triggerId),
    read: (from, to) => readRange(new PartitionReader(kafka, { topic, partition: 0 }), from, to),
    decode: (value) => codecs.triggers.decode(value),
    encode: (value) => codecs.triggers.encode(value),
    write: async (triggerId, value) =>
      (await (await writing).write({ topic, key: triggerId, value })).offset,
  });
}

async function readRange(reader: PartitionReader, from: number, to: number): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  try {
    for (let position = from; position < to;) {
      const { batch, next } = await reader.fetch(position, 0);
      found.push(...batch.records.filter(({ offset }) => offset >= from && offset < to));
      // The end of what is committed; there is nothing more to read.
      if (next === position) break;
      position = next;
    }
  } finally {
    await reader.close();
  }
  return found;
}
