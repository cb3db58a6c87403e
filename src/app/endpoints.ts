import type { EndpointGate } from "../delivery/deliver-job.ts";
import type { EndpointHealth } from "../endpoints/endpoint-health.ts";
import { EndpointWatch } from "../endpoints/endpoint-watch.ts";
import { Redriver } from "../endpoints/redriver.ts";
import { createRedrives } from "../endpoints/redrives.ts";
import { Suspensions } from "../endpoints/suspensions.ts";
import { GroupConsumer } from "../kafka/group-consumer.ts";
import type { KafkaEvent } from "../kafka/kafka-events.ts";
import { createRecordWriter } from "../kafka/record-writer.ts";
import type { RecordWriter } from "../kafka/record-writer.ts";
import { steadyClock } from "../runtime/clock.ts";
import { aborted } from "../runtime/aborted.ts";
import { runTogether } from "../runtime/run-together.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import { readEndpoints } from "./endpoint-records.ts";
import { createReplayLog, deadReplayOptions } from "./replays.ts";
import type { StoreParts } from "./store.ts";
import { createSwitchOff } from "./switch-off.ts";

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
  const switchOff = createSwitchOff(...around);
  const suspensions: Suspensions = new Suspensions((id) => watch.tableChanged(id));
  const { suspendAfterMs: afterMs, suspendAfterFailures: afterFailures } = config.delivery;
  const watch = new EndpointWatch({
    suspensions,
    publish: (health) => publish(health.endpointId, health),
    disable: (trigger) => switchOff.disable(trigger),
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
        await using _switchOff = switchOff;
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
