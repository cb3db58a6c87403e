import type { Change } from "../configuration/audited-writer.ts";
import { Publisher } from "../configuration/publisher.ts";
import { disableTrigger } from "../endpoints/disable-trigger.ts";
import type { Told } from "../endpoints/disable-trigger.ts";
import { OnhookError } from "../errors.ts";
import type { ChangeRecord } from "../history/change-record.ts";
import { PartitionReader } from "../kafka/partition-reader.ts";
import { readRange } from "../kafka/read-range.ts";
import { SingleFlight } from "../runtime/single-flight.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { createDeliverAuditing } from "./auditing.ts";
import { loadCodec } from "./codecs.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import type { StoreParts } from "./store.ts";

/**
 * How long what was written may take to stand in the store, in ms; it is gone on then all the same. Until it stands there, the
 * next answer would have it switched off once more.
 */
const confirmMs = 15_000;

/** How long transactions of others may keep from reading what was written in between, in ms. */
const readableMs = 60_000;

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
   * As `disableTrigger`. Rejects with SCHEMA_UNREGISTERED, REGISTRY_UNREACHABLE, CONFIG_UNWRITTEN, CONFIG_IN_DOUBT,
   * CONFIG_UNCONFIRMED, RECORD_TOO_LARGE, WRITER_CLOSED, and with what the brokers say to who reads. Where nobody has changed
   * the trigger at the same moment, nothing was changed then, but with CONFIG_IN_DOUBT it may be off, and with
   * CONFIG_UNCONFIRMED it is. Where somebody has, it may be off and theirs not written again, with any but the first two.
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
  const closing = new AbortController();
  const opening = new SingleFlight<null, Publisher>();
  let opened: Publisher | null = null;
  async function open(): Promise<Publisher> {
    const codec = await loadCodec<ChangeRecord>("ChangeRecord", topics.changes.name, connections);
    if (closing.signal.aborted) throw new OnhookError("WRITER_CLOSED", { topic });
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
          readRange(
            new PartitionReader(connections.kafka, { topic, partition: 0 }),
            { topic, from, to },
            AbortSignal.any([closing.signal, AbortSignal.timeout(readableMs)]),
          ),
        decode: (value) => codecs.triggers.decode(value),
        encode: (value) => codecs.triggers.encode(value),
        async write({ triggerId, tenantId }, value, told) {
          const publisher = opened ?? (await opening.do(null, open));
          const change = { ...changes[told], by: byDeliver, tenantId, triggerId };
          return (await publisher.write("triggers", triggerId, value, change)).offset;
        },
      }),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await ended.disposeAsync();
    },
  };
}
