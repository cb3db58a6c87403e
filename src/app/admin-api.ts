import type { AdminApi } from "../admin/api/admin-api.ts";
import { retryUntil } from "../runtime/retry-until.ts";
import { runTogether } from "../runtime/run-together.ts";
import type { Service } from "../runtime/supervisor.ts";
import { createAccess } from "./access.ts";
import { createCallHandlers } from "./admin-calls.ts";
import { createEndpointStates } from "./admin-endpoints.ts";
import { createAuditing } from "./auditing.ts";
import { loadAdminCodecs } from "./codecs.ts";
import type { AdminCodecs, Codecs } from "./codecs.ts";
import { createConfiguration } from "./configuration.ts";
import type { Later } from "./configuration.ts";
import type { Connections, ServiceSurroundings } from "./connections.ts";
import { createHistory } from "./history.ts";
import type { StoreParts } from "./store.ts";

/** What the admin role's API stands on. */
export interface AdminApiGround {
  readonly around: ServiceSurroundings;
  readonly connections: Connections;
  readonly codecs: Codecs;
  readonly parts: StoreParts;
  readonly later: Later;
}

/** Has the API answer once the store is read. Ends with `stop`, what is under way finished. */
async function serve(
  api: AdminApi,
  { around, connections, codecs, parts, later }: AdminApiGround,
  adminCodecs: AdminCodecs,
  stop: AbortSignal,
  kill: AbortSignal,
): Promise<void> {
  await using writer = createAuditing(around, connections, adminCodecs);
  await using remembered = createHistory(around, connections, codecs, adminCodecs);
  const { history, recentCalls } = remembered;
  const { endpoints, service } = createEndpointStates(around, connections, codecs);
  const ground = { codecs, parts, later, writer, history, recentCalls, endpoints };
  const access = createAccess(around, connections, adminCodecs, writer);
  const configuration = createConfiguration(around, connections, ground);
  const calls = createCallHandlers(around, connections, {
    ...ground,
    checker: configuration.checker,
  });
  const opening: Service = {
    name: "API",
    async run(ending) {
      await parts.store.whenCaughtUp(ending);
      if (ending.aborted) return;
      const { authentication, publicRoutes } = access;
      const handlers = { ...access.handlers, ...configuration.handlers, ...calls.handlers };
      api.open({ authentication, publicRoutes, handlers });
    },
  };
  using _ = { [Symbol.dispose]: () => api.close() };
  const services = [service, ...remembered.services, ...access.services, ...calls.services];
  await runTogether([...services, opening], stop, kill);
}

/**
 * The API of the admin role. What it needs besides the other roles (schemas of tokens and of changes, which an older
 * installation lacks until `topics apply` is run) is waited for here, and holds up nothing else.
 */
export function createAdminApiService(api: AdminApi, ground: AdminApiGround): Service {
  const { around, connections } = ground;
  const { clock, emit } = around;
  return {
    name: "admin API",
    async run(stop, kill) {
      const onError = (error: unknown, waitMs: number): void =>
        emit({ type: "service.waiting", error, waitMs });
      const load = () => loadAdminCodecs(around, connections);
      const adminCodecs = await retryUntil(stop, clock, load, { onError }).catch(
        (error: unknown) => {
          if (stop.aborted) return null;
          throw error;
        },
      );
      if (adminCodecs !== null) await serve(api, ground, adminCodecs, stop, kill);
    },
  };
}
