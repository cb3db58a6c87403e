import type { Change } from "../configuration/audited-writer.ts";
import { Publisher } from "../configuration/publisher.ts";
import { disableTrigger } from "../endpoints/disable-trigger.ts";
import type { Told } from "../endpoints/disable-trigger.ts";
import type { ChangeRecord } from "../history/change-record.ts";
import { PartitionReader } from "../kafka/partition-reader.ts";
import type { LogRecord } from "../log/log-record.ts";
import { SingleFlight } from "../runtime/single-flight.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { createDeliverAuditing } from "./auditing.ts";
import { loadCodec } from "./codecs.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import type { StoreParts } from "./store.ts";

/** How long what was written may take to be read back, in ms. */
const confirmMs = 15_000;

/** Nobody asked for it: the service does it by itself. */
const byDeliver = { id: "service", name: "deliver", role: "service" } as const;

const reason = "gone";

const changes = {
  disabled: {
    action: "trigger.disabled",
    subject: reason,
    properties: ["enabled", "disabledReason"],
  },
  restored: { action: "trigger.replaced", subject: "restored" },
} as const satisfies Record<Told, Pick<Change, "action" | "subject" | "properties">>;

/** Switches triggers off whose receivers are gone. Close it when nobody asks any more. */
export interface SwitchOff extends AsyncDisposable {
  /**
   * As `disableTrigger`. Rejects where it can't be written together with what is told of it, and has changed nothing then:
   * SCHEMA_UNREGISTERED, CONFIG_UNWRITTEN.
   */
  disable(trigger: Trigger): Promise<boolean>;
}

/**
 * What it stands on is looked up when the first trigger is to be switched off, and again where that failed: webhooks go
 * out without it.
 */
export function createSwitchOff(
  around: Surroundings,
  connections: Connections,
  codecs: Codecs,
  { store }: Pick<StoreParts, "store">,
): SwitchOff {
  const { topics } = around.config;
  const topic = topics.triggers.name;
  const ended = new AsyncDisposableStack();
  const opening = new SingleFlight<null, Publisher>();
  let opened: Publisher | null = null;
  async function open(): Promise<Publisher> {
    const codec = await loadCodec<ChangeRecord>("ChangeRecord", topics.changes.name, connections);
    opened = new Publisher({
      store,
      writer: ended.use(createDeliverAuditing(around, connections, codec)),
      topics: { triggers: topic, tenants: topics.tenants.name },
      confirmMs,
    });
    return opened;
  }
  return {
    disable: (trigger) =>
      disableTrigger(trigger, reason, {
        current: (triggerId) => store.trigger(triggerId),
        read: (from, to) =>
          readRange(new PartitionReader(connections.kafka, { topic, partition: 0 }), from, to),
        decode: (value) => codecs.triggers.decode(value),
        encode: (value) => codecs.triggers.encode(value),
        async write({ triggerId, tenantId }, value, told) {
          const publisher = opened ?? (await opening.do(null, open));
          const change = { ...changes[told], by: byDeliver, tenantId, triggerId };
          return await publisher.publish("triggers", triggerId, value, change);
        },
      }),
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  };
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
