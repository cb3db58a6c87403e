import { createChangeHandlers } from "../admin/configuration/change-handlers.ts";
import type { ConfigurationParts } from "../admin/configuration/parts.ts";
import { createTenantHandlers } from "../admin/configuration/tenant-handlers.ts";
import { createTriggerHandlers } from "../admin/configuration/trigger-handlers.ts";
import type { AuditedWriter } from "../configuration/audited-writer.ts";
import { LaterVersions } from "../configuration/later-versions.ts";
import { Publisher } from "../configuration/publisher.ts";
import { TenantEditor } from "../configuration/tenant-editor.ts";
import { TriggerChecker } from "../configuration/trigger-checker.ts";
import { TriggerEditor } from "../configuration/trigger-editor.ts";
import type { EndpointStates } from "../endpoints/endpoint-table.ts";
import type { History } from "../history/history.ts";
import type { AnyEvent } from "../observability/any-event.ts";
import type { Tenant } from "../triggers/tenant.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import type { StoreParts } from "./store.ts";

/** How long what was written may take to be read back, in ms. */
const confirmMs = 15_000;

/** The versions that come while somebody edits. */
export interface Later {
  readonly triggers: LaterVersions<Trigger>;
  readonly tenants: LaterVersions<Tenant>;
  /** To be told of each event of the store. */
  note(store: TriggerStore, event: AnyEvent): void;
}

export function createLater(): Later {
  const triggers = new LaterVersions<Trigger>("triggers");
  const tenants = new LaterVersions<Tenant>("tenants");
  return {
    triggers,
    tenants,
    note(store, event) {
      if (event.type !== "store.applied") return;
      triggers.note(event, () => store.trigger(event.key)?.trigger);
      tenants.note(event, () => store.licence(event.key)?.tenant);
    },
  };
}

/** What the handlers of configuration stand on. */
export interface ConfigurationGround {
  readonly codecs: Pick<Codecs, "triggers" | "tenants">;
  readonly parts: Pick<StoreParts, "store" | "catalogWatch">;
  readonly later: Later;
  readonly writer: AuditedWriter;
  readonly history: Pick<History, "tallies" | "changes">;
  readonly endpoints: Pick<EndpointStates, "of">;
}

/** Makes the operations on triggers, licences and changes. */
export function createConfiguration(
  { config, clock }: Surroundings,
  { keyRing }: Pick<Connections, "keyRing">,
  { codecs, parts, later, writer, history, endpoints }: ConfigurationGround,
) {
  const { store, catalogWatch } = parts;
  const topics = { triggers: config.topics.triggers.name, tenants: config.topics.tenants.name };
  const publisher = new Publisher({ store, writer, topics, confirmMs });
  const checker = new TriggerChecker({
    catalog: () => store.catalog,
    latestCatalog: () => catalogWatch.load(),
    allowHttp: config.delivery.dangerousAllowHttp,
    keyRing,
    clock,
  });
  const encode = (trigger: Trigger): Buffer => codecs.triggers.encode(trigger);
  const handled: ConfigurationParts = {
    store,
    checker,
    history,
    endpoints,
    clock,
    triggers: new TriggerEditor({
      store,
      later: later.triggers,
      publisher,
      encode,
      checker,
      clock,
    }),
    tenants: new TenantEditor({
      store,
      later: later.tenants,
      publisher,
      encode: (tenant) => codecs.tenants.encode(tenant),
    }),
  };
  return {
    handlers: {
      ...createTriggerHandlers(handled),
      ...createTenantHandlers(handled),
      ...createChangeHandlers(handled),
    },
    checker,
  };
}
