import { createAdminApi } from "./admin/api/admin-api.ts";
import type { AdminApi } from "./admin/api/admin-api.ts";
import { createHealthServer } from "./admin/health-server.ts";
import type { Check, ServerPart } from "./admin/health-server.ts";
import { registerPortal } from "./admin/portal/register-portal.ts";
import { createAdminApiService } from "./app/admin-api.ts";
import { createAdminRole } from "./app/admin-role.ts";
import { loadCodecs } from "./app/codecs.ts";
import { createLater } from "./app/configuration.ts";
import { createConnections } from "./app/connections.ts";
import type { ServiceSurroundings, Surroundings } from "./app/connections.ts";
import { dangersOf } from "./app/dangers.ts";
import { createDeliverRole } from "./app/deliver-role.ts";
import { createEndpoints } from "./app/endpoints.ts";
import { createMatchRole } from "./app/match-role.ts";
import { certificateExpiries } from "./app/pem-files.ts";
import { createStore } from "./app/store.ts";
import { createTracing } from "./app/tracing.ts";
import type { Role } from "./config.ts";
import type { AnyEvent } from "./observability/any-event.ts";
import { createHealthState } from "./observability/health-state.ts";
import type { HealthState } from "./observability/health-state.ts";
import { aborted } from "./runtime/aborted.ts";
import type { Emit } from "./runtime/emit.ts";
import { retryUntil } from "./runtime/retry-until.ts";
import { superviseAll } from "./runtime/supervisor.ts";
import type { Service } from "./runtime/supervisor.ts";
import { Surveys } from "./runtime/surveys.ts";
import type { TriggerStore } from "./triggers/trigger-store.ts";

export interface ServiceOptions {
  readonly roles: readonly Role[];
  readonly version: string;
  /** `accept`: the header of that name. */
  readonly metrics: (
    accept: string | undefined,
  ) => Promise<{ readonly contentType: string; readonly body: string }>;
  /** Aborted to stop the service in order. */
  readonly stop: AbortSignal;
  /** Told the port of the service's own HTTP once it answers. */
  readonly listening?: (port: number) => void;
}

/** What the health endpoints look at while the service comes up and works. */
interface Progress {
  store: TriggerStore | null;
}

function readiness(progress: Progress, health: HealthState): Check[] {
  const { store } = progress;
  const caughtUp = store?.caughtUp ?? false;
  const behind =
    store === null
      ? "waiting for the registry"
      : `${store.lag("triggers")} triggers and ${store.lag("tenants")} tenants behind`;
  return [
    { name: "store", ok: caughtUp, detail: caughtUp ? "caught up" : behind },
    ...health.joined(),
  ];
}

function adminApi({ config, emit }: ServiceSurroundings, { version }: ServiceOptions): AdminApi {
  const { requestsPerMinute, maxBodyBytes } = config.admin;
  return createAdminApi({ requestsPerMinute, maxBodyBytes, version, emit });
}

/** What the admin role answers besides the health of the process. */
function serverParts(api: AdminApi | null, { config }: ServiceSurroundings): readonly ServerPart[] {
  if (api === null) return [];
  return config.admin.portal ? [api.part, async (server) => registerPortal(server)] : [api.part];
}

function httpService(
  around: ServiceSurroundings,
  options: ServiceOptions,
  progress: Progress,
  health: HealthState,
  api: AdminApi | null,
): Service {
  const { config, emit, surveys } = around;
  const { host, port } = config.http;
  const ready = (): readonly Check[] =>
    options.stop.aborted ? stopping : readiness(progress, health);
  surveys.add(() => emit({ type: "service.readiness", isReady: ready().every(({ ok }) => ok) }));
  return {
    name: "http",
    async run(stop) {
      const server = createHealthServer({
        host,
        port,
        parts: serverParts(api, around),
        trustedProxies: config.admin.trustedProxies,
        checks: { alive: () => health.alive(), ready },
        metrics(accept) {
          surveys.take();
          return options.metrics(accept);
        },
      });
      const listening = await server.start();
      options.listening?.(listening.port);
      await aborted(stop);
      await server.close();
    },
  };
}

/** Not ready before anything is stopped, so that nobody sends more work here. */
const stopping: Check[] = [{ name: "service", ok: false, detail: "stopping" }];

/** The roles and what they stand on. Waits for the registry for as long as it takes; each try is told. */
function engine(
  around: ServiceSurroundings,
  options: ServiceOptions,
  progress: Progress,
  api: AdminApi | null,
): Service {
  const { clock, emit, config } = around;
  const later = createLater();
  const tellStore: Emit<AnyEvent> = (event) => {
    emit(event);
    if (progress.store !== null) later.note(progress.store, event);
  };
  return {
    name: "engine",
    async run(stop, kill) {
      const connections = createConnections(around);
      for (const expiry of certificateExpiries(config, options.roles))
        emit({ type: "service.certificates", ...expiry });
      const onError = (error: unknown, waitMs: number): void =>
        emit({ type: "service.waiting", error, waitMs });
      const codecs = await retryUntil(stop, clock, () => loadCodecs(around, connections), {
        onError,
      });
      // Nobody edits where there is no API.
      const told = api === null ? around : { ...around, emit: tellStore };
      const parts = await retryUntil(stop, clock, () => createStore(told, connections, codecs), {
        onError,
      });
      progress.store = parts.store;
      const roles: Service[] = [];
      if (options.roles.includes("match"))
        roles.push(createMatchRole(around, connections, codecs, parts));
      const aides: Service[] = [];
      if (options.roles.includes("deliver")) {
        const endpoints = createEndpoints(around, connections, codecs, parts);
        aides.push(endpoints.service);
        roles.push(createDeliverRole(around, connections, codecs, parts, endpoints));
      }
      if (api !== null) {
        const ground = { around, connections, codecs, parts, later };
        roles.push(createAdminApiService(api, ground));
        roles.push(...createAdminRole(around, connections, codecs));
      }
      await superviseAll([parts.services, aides, roles], {
        stop: AbortSignal.any([stop, kill]),
        drainTimeoutMs: config.delivery.drainTimeoutMs,
        clock,
        // The service as a whole has told of its stop already.
        emit: (event) => event.type !== "service.stopping" && emit(event),
      });
    },
  };
}

/**
 * Runs the roles until `stop` is aborted, then stops in order: not ready, nothing new, what is in flight finished or
 * handed over within `delivery.drainTimeoutMs`. Rejects with SERVICE_FAILED when a part fails that waiting can't mend.
 */
export async function runService(outer: Surroundings, options: ServiceOptions): Promise<void> {
  const health = createHealthState(outer.clock);
  const { matchGroup, deliverGroup, retryGroup } = outer.config.kafka;
  if (options.roles.includes("match")) health.expect(matchGroup);
  if (options.roles.includes("deliver"))
    for (const group of [deliverGroup, retryGroup]) health.expect(group);
  const tracing = await createTracing(outer, options);
  const around: ServiceSurroundings = {
    ...outer,
    ...(tracing !== null && { tracer: tracing.tracer }),
    surveys: new Surveys(),
    emit(event) {
      health.record(event);
      tracing?.record(event);
      outer.emit(event);
    },
  };
  const progress: Progress = { store: null };
  const { roles, version, stop } = options;
  const api = roles.includes("admin") ? adminApi(around, options) : null;
  around.emit({ type: "service.started", roles, version });
  for (const danger of dangersOf(outer.config))
    around.emit({ type: "service.dangerous-setting", ...danger });
  await superviseAll(
    [
      [httpService(around, options, progress, health, api)],
      ...(tracing === null ? [] : [[tracing.service]]),
      [engine(around, options, progress, api)],
    ],
    {
      stop,
      // The engine keeps its own deadline; this one only catches an engine that misses it.
      drainTimeoutMs: around.config.delivery.drainTimeoutMs + 3000,
      clock: around.clock,
      emit: around.emit,
    },
  );
  around.emit({ type: "service.stopped" });
}
