import { createStore } from "../app/store.ts";
import { loadCodecs } from "../app/codecs.ts";
import type { Codecs } from "../app/codecs.ts";
import type { StoreParts } from "../app/store.ts";
import type { Connections, Surroundings } from "../app/connections.ts";
import { OnhookError } from "../errors.ts";
import { createRecordWriter } from "../kafka/record-writer.ts";
import type { RecordWriter } from "../kafka/record-writer.ts";
import type { CommittedOffset, OutgoingRecord } from "../log/log-record.ts";
import type { AnyEvent } from "../observability/any-event.ts";
import type { KeyRing } from "../secrets/key-ring.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { CommandContext } from "./context.ts";
import type { TriggerVersions } from "./edit-trigger.ts";
import { LaterVersions } from "./later-versions.ts";
import { withConnections } from "./context.ts";

/** How long a command waits for the tables to be read, and for what it writes to be readable back, in ms. */
const patienceMs = 30_000;

/** The configuration as a command sees it: the whole tables, read up to their ends and kept up to date meanwhile. */
export interface ConfigSession {
  readonly store: StoreParts["store"];
  readonly codecs: Codecs;
  readonly around: Surroundings;
  readonly connections: Connections;
  readonly catalog: Awaited<ReturnType<StoreParts["catalogWatch"]["load"]>>;
  readonly keyRing: KeyRing;
  readonly later: LaterVersions;
  /** Writes an event and waits until it is readable back. Rejects with CONFIG_UNCONFIRMED when that takes too long. */
  readonly publish: (record: OutgoingRecord) => Promise<CommittedOffset>;
}

/** Opens a session, does the work in it, and closes it. Rejects with KAFKA_UNREACHABLE, REGISTRY_UNREACHABLE or CONFIG_UNREAD. */
export function withConfigSession<T>(
  context: CommandContext,
  work: (session: ConfigSession) => Promise<T>,
): Promise<T> {
  return withConnections(context, async (connections, around) => {
    // Fails at once when there is no broker, where the reader of the tables would go on trying.
    await connections.topicAdmin.describe([context.config.topics.triggers.name], []);
    const codecs = await loadCodecs(around, connections);
    const later = new LaterVersions();
    const emit = (event: AnyEvent): void => {
      around.emit(event);
      // None comes before there is a store that takes something on.
      if (event.type === "store.applied") later.note(parts.store, event);
    };
    const parts: StoreParts = await createStore({ ...around, emit }, connections, codecs);
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, context.stop]);
    const running = Promise.all(parts.services.map((service) => service.run(signal, signal)));
    await using writer = createRecordWriter(connections.kafka, around);
    try {
      await Promise.race([
        within(patienceMs, signal, (limit) => parts.store.whenCaughtUp(limit)),
        running,
      ]);
      if (!parts.store.caughtUp)
        throw new OnhookError("CONFIG_UNREAD", { seconds: patienceMs / 1000 });
      const writing = await session(parts, codecs, around, writer, signal);
      return await work({ ...writing, connections, keyRing: connections.keyRing, later });
    } finally {
      ended.abort();
      await running;
    }
  });
}

async function within(
  ms: number,
  signal: AbortSignal,
  work: (limit: AbortSignal) => Promise<void>,
): Promise<void> {
  await work(AbortSignal.any([signal, AbortSignal.timeout(ms)]));
}

async function session(
  { store, catalogWatch }: StoreParts,
  codecs: Codecs,
  around: Surroundings,
  writer: RecordWriter,
  signal: AbortSignal,
): Promise<Omit<ConfigSession, "connections" | "keyRing" | "later">> {
  return {
    store,
    codecs,
    around,
    catalog: await catalogWatch.load(),
    async publish(record) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      const at = await Promise.race([writer.write(record), aborted(limit, record.topic)]);
      const table = record.topic === around.config.topics.tenants.name ? "tenants" : "triggers";
      await store.applied(table, at.offset, limit);
      if (limit.aborted)
        throw new OnhookError("CONFIG_UNCONFIRMED", { topic: at.topic, offset: at.offset });
      return at;
    },
  };
}

/** Writes a version of a trigger, its secrets encrypted, or its deletion; gives the event's offset once it is readable back. */
export async function publishTrigger(
  { codecs, around, publish }: ConfigSession,
  triggerId: string,
  trigger: Trigger | null,
): Promise<number> {
  const value = trigger && codecs.triggers.encode(trigger);
  const topic = around.config.topics.triggers.name;
  return (await publish({ topic, key: triggerId, value })).offset;
}

/** The versions of one trigger, to edit it by. */
export function versionsOf(session: ConfigSession, triggerId: string): TriggerVersions {
  const { store, later } = session;
  return {
    newest() {
      const [origin, trigger] = [store.origin(triggerId), store.trigger(triggerId)?.trigger];
      return origin && trigger && { offset: origin.offset, trigger };
    },
    between: (after, before) => later.between(triggerId, after, before),
    publish: (trigger) => publishTrigger(session, triggerId, trigger),
  };
}

async function aborted(signal: AbortSignal, topic: string): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const give = (): void => reject(new OnhookError("CONFIG_UNWRITTEN", { topic }));
  if (signal.aborted) give();
  signal.addEventListener("abort", give, { once: true });
  return promise;
}
