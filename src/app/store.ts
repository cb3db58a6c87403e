import type { Service } from "../runtime/supervisor.ts";
import { readSchema } from "../schema-files.ts";
import { createCatalogWatch } from "../triggers/catalog-watch.ts";
import type { CatalogWatch } from "../triggers/catalog-watch.ts";
import type { StoreTable } from "../triggers/store-events.ts";
import { createTriggerStore } from "../triggers/trigger-store.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import { createTriggerTable } from "../triggers/trigger-table.ts";
import { createTypeMismatches } from "../triggers/type-mismatches.ts";
import type { TypeMismatches } from "../triggers/type-mismatches.ts";
import { subjectOf } from "../wanted-topics.ts";
import type { Codecs } from "./codecs.ts";
import type { Connections, Surroundings } from "./connections.ts";
import { createTableService } from "./table-service.ts";

/** The local store and the services that fill it. */
export interface StoreParts {
  readonly store: TriggerStore;
  readonly mismatches: TypeMismatches;
  readonly catalogWatch: CatalogWatch;
  readonly services: readonly Service[];
}

/** Rejects with REGISTRY_UNREACHABLE: the store can't judge a trigger without the schema of calls. */
export async function createStore(
  { config, clock, emit }: Surroundings,
  { kafka, registry, keyRing }: Connections,
  codecs: Codecs,
): Promise<StoreParts> {
  const subject = subjectOf(config.topics.cdr.name);
  const catalogWatch = createCatalogWatch({
    source: { latest: () => registry.latest(subject) },
    shipped: readSchema("CallEnded"),
    refreshMs: config.registry.refreshMs,
    clock,
  });
  const mismatches = createTypeMismatches();
  const table = createTriggerTable({
    catalog: await catalogWatch.load(),
    allowHttp: config.delivery.dangerousAllowHttp,
    onTypeMismatch: (field) => mismatches.note(field),
    secrets: { keyRing, requireEncrypted: config.secrets.requireEncrypted },
  });
  const { triggers, tenants } = codecs;
  const store = createTriggerStore({
    table,
    triggers,
    tenants,
    refreshCatalog: () => catalogWatch.refresh(),
    confirmCatalog: () => catalogWatch.confirm(),
    clock,
    emit,
  });
  catalogWatch.onChange((catalog) => store.useCatalog(catalog));

  function feed(name: StoreTable): Service {
    const table = { name: `table ${name}`, topic: config.topics[name].name, lends: true };
    return createTableService({ clock, emit }, { kafka }, table, {
      record: (record) => store.apply(name, record),
      position: (position, end) => store.position(name, position, end),
    });
  }

  const services = [feed("tenants"), feed("triggers"), catalogWatch];
  return { store, mismatches, catalogWatch, services };
}
