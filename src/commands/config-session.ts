import { createStore } from "../app/store.ts";
import { createAuditing } from "../app/auditing.ts";
import { loadAdminCodecs, loadCodecs } from "../app/codecs.ts";
import type { Codecs } from "../app/codecs.ts";
import type { StoreParts } from "../app/store.ts";
import type { Connections, Surroundings } from "../app/connections.ts";
import type { AuditedWriter, Change } from "../configuration/audited-writer.ts";
import { editVersion } from "../configuration/edit-version.ts";
import type { Versions } from "../configuration/edit-version.ts";
import { LaterVersions } from "../configuration/later-versions.ts";
import { OnhookError } from "../errors.ts";
import type { CommittedOffset, OutgoingRecord } from "../log/log-record.ts";
import type { AnyEvent } from "../observability/any-event.ts";
import type { KeyRing } from "../secrets/key-ring.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { CommandContext } from "./context.ts";
import { withConnections } from "./context.ts";

/** How long a command waits for the tables to be read, and for what it writes to be readable back, in ms. */
const patienceMs = 30_000;

/** What a command tells of what it has done. */
export type CommandChange = Omit<Change, "by">;

/** Whoever may run commands may do anything; who it was is not known here. */
export const byCommand = { id: "command", name: "command line", role: "operator" } as const;

/** The configuration as a command sees it: the whole tables, read up to their ends and kept up to date meanwhile. */
export interface ConfigSession {
  readonly store: StoreParts["store"];
  readonly codecs: Codecs;
  readonly around: Surroundings;
  readonly connections: Connections;
  readonly catalog: Awaited<ReturnType<StoreParts["catalogWatch"]["load"]>>;
  readonly keyRing: KeyRing;
  readonly later: LaterVersions<Trigger>;
  /**
   * Writes an event, with what is told of it, and waits until it is readable back. Rejects with CONFIG_UNWRITTEN or
   * CONFIG_IN_DOUBT, and with CONFIG_UNCONFIRMED when that takes too long.
   */
  readonly publish: (record: OutgoingRecord, change: CommandChange) => Promise<CommittedOffset>;
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
    const later = new LaterVersions<Trigger>("triggers");
    const emit = (event: AnyEvent): void => {
      around.emit(event);
      // None comes before there is a store that takes something on.
      if (event.type === "store.applied")
        later.note(event, () => parts.store.trigger(event.key)?.trigger);
    };
    const parts: StoreParts = await createStore({ ...around, emit }, connections, codecs);
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, context.stop]);
    const running = Promise.all(parts.services.map((service) => service.run(signal, signal)));
    const adminCodecs = await loadAdminCodecs(around, connections);
    await using writer = createAuditing(around, connections, adminCodecs);
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
  writer: AuditedWriter,
  signal: AbortSignal,
): Promise<Omit<ConfigSession, "connections" | "keyRing" | "later">> {
  return {
    store,
    codecs,
    around,
    catalog: await catalogWatch.load(),
    async publish(record, change) {
      const [at] = await writer.write([record], { ...change, by: byCommand });
      const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      if (at === undefined) throw new TypeError("A writer told no place");
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
  { triggerId, tenantId }: Pick<Trigger, "triggerId" | "tenantId">,
  trigger: Trigger | null,
  change: Pick<CommandChange, "action" | "properties">,
): Promise<number> {
  const value = trigger && codecs.triggers.encode(trigger);
  const topic = around.config.topics.triggers.name;
  const told = { ...change, tenantId, triggerId };
  return (await publish({ topic, key: triggerId, value }, told)).offset;
}

/** Changes a trigger, whoever else is changing it. As `editVersion`; what is told of it is `change`. */
export async function editTrigger(
  session: ConfigSession,
  { triggerId, tenantId }: Pick<Trigger, "triggerId" | "tenantId">,
  told: Pick<CommandChange, "action" | "properties">,
  change: (trigger: Trigger) => Trigger | null,
): ReturnType<typeof editVersion<Trigger>> {
  const { store, later } = session;
  using _ = later.watch(triggerId);
  const versions: Versions<Trigger> = {
    newest() {
      const [origin, version] = [store.origin(triggerId), store.trigger(triggerId)?.trigger];
      return origin && version && { offset: origin.offset, version };
    },
    between: (after, before) => later.between(triggerId, after, before),
    publish: (trigger) => publishTrigger(session, { triggerId, tenantId }, trigger, told),
  };
  return await editVersion(versions, change);
}
