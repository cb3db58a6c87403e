import { createAdminApi } from "../admin/api/admin-api.ts";
import type { ServerPart } from "../admin/health-server.ts";
import { registerPortal } from "../admin/portal/register-portal.ts";
import type { AnyEvent } from "../observability/any-event.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import { createAdminApiService } from "./admin-api.ts";
import { createAdminRole } from "./admin-role.ts";
import type { Codecs } from "./codecs.ts";
import { createLater } from "./configuration.ts";
import type { Connections, ServiceSurroundings } from "./connections.ts";
import { assertHistoryFile } from "./history-file.ts";
import type { StoreParts } from "./store.ts";

/** All of the admin role. */
export interface AdminPart {
  /** What the process's server answers besides its health, from the start on. */
  readonly serverParts: readonly ServerPart[];
  /** To be told of each event of the store: somebody may be editing what it is about. */
  note(store: TriggerStore, event: AnyEvent): void;
  /** What runs once there is a store. */
  services(connections: Connections, codecs: Codecs, parts: StoreParts): readonly Service[];
}

/** Throws HISTORY_FILE_UNUSABLE. */
export function createAdminPart(
  around: ServiceSurroundings,
  { version }: { readonly version: string },
): AdminPart {
  const { config, emit } = around;
  const { requestsPerMinute, maxBodyBytes, portal } = config.admin;
  assertHistoryFile(config.history);
  const api = createAdminApi({ requestsPerMinute, maxBodyBytes, version, emit });
  const later = createLater();
  return {
    serverParts: portal ? [api.part, async (server) => registerPortal(server)] : [api.part],
    note: (store, event) => later.note(store, event),
    services: (connections, codecs, parts) => [
      createAdminApiService(api, { around, connections, codecs, parts, later }),
      ...createAdminRole(around, connections, codecs),
    ],
  };
}
