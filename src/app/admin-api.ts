import type { AdminApi } from "../admin/api/admin-api.ts";
import { aborted } from "../runtime/aborted.ts";
import { retryUntil } from "../runtime/retry-until.ts";
import { runTogether } from "../runtime/run-together.ts";
import type { Service } from "../runtime/supervisor.ts";
import { createAccess } from "./access.ts";
import { createCallHandlers } from "./admin-calls.ts";
import { createEndpointStates } from "./admin-endpoints.ts";
import { createAuditing } from "./auditing.ts";
import { loadAdminCodecs } from "./codecs.ts";
import type { Codecs } from "./codecs.ts";
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

/** Resolves when nothing is under way any more, or the time for that is over. */
async function closed(api: AdminApi, kill: AbortSignal): Promise<void> {
  await Promise.race([api.close(), aborted(kill)]);
}

/**
 * Has the API answer once the store is read. With `stop` nothing new begins; what is under way is finished before that
 * which it works with ends. With `kill` it is not waited for.
 */
async function serve(
  api: AdminApi,
  { around, connections, codecs, parts, later }: AdminApiGround,
  stop: AbortSignal,
  kill: AbortSignal,
): Promise<void> {
  const adminCodecs = await loadAdminCodecs(around, connections);
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
      await parts.store.whenCaughtUp(AbortSignal.any([stop, ending]));
      if (stop.aborted || ending.aborted) return;
      const { authentication, publicRoutes } = access;
      const handlers = { ...access.handlers, ...configuration.handlers, ...calls.handlers };
      api.open({ authentication, publicRoutes, handlers });
    },
  };
  const services = [service, ...remembered.services, ...access.services, ...calls.services];
  await using _ = { [Symbol.asyncDispose]: () => closed(api, kill) };
  const finished = new AbortController();
  const finish = (): void => void closed(api, kill).then(() => finished.abort());
  if (stop.aborted) return;
  stop.addEventListener("abort", finish, { once: true });
  try {
    await runTogether([...services, opening], finished.signal, kill);
  } finally {
    stop.removeEventListener("abort", finish);
  }
}

/**
 * The API of the admin role. It holds up nothing else and ends nothing else: what it needs besides the other roles (schemas
 * of tokens and of changes, which an older installation lacks until `topics apply` is run) is waited for here, and after
 * a fault it is built anew; each is told.
 */
export function createAdminApiService(api: AdminApi, ground: AdminApiGround): Service {
  const { clock, emit } = ground.around;
  return {
    name: "admin API",
    async run(stop, kill) {
      await retryUntil(stop, clock, () => serve(api, ground, stop, kill), {
        onError: (error, waitMs) => emit({ type: "service.waiting", error, waitMs }),
        // What goes wrong with stopping is told by whoever stops it.
        retryable: () => !stop.aborted,
      });
    },
  };
}
