import { createHealthServer } from "./admin/health-server.ts";
import type { Check } from "./admin/health-server.ts";
import type { AdminPart } from "./app/admin-part.ts";
import { loadCodecs } from "./app/codecs.ts";
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

function httpService(
  around: ServiceSurroundings,
  options: ServiceOptions,
  progress: Progress,
  health: HealthState,
  admin: AdminPart | null,
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
        parts: admin?.serverParts ?? [],
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
  admin: AdminPart | null,
): Service {
  const { clock, emit, config } = around;
  const tellStore: Emit<AnyEvent> = (event) => {
    emit(event);
    if (progress.store !== null) admin?.note(progress.store, event);
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
      const told = admin === null ? around : { ...around, emit: tellStore };
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
      if (admin !== null) roles.push(...admin.services(connections, codecs, parts));
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

/** Loaded only where it runs: what it stands on takes a process of another role a fifth of a second and its memory. */
async function loadAdminPart(
  around: ServiceSurroundings,
  options: ServiceOptions,
): Promise<AdminPart> {
  const { createAdminPart } = await import("./app/admin-part.ts");
  return createAdminPart(around, options);
}

/**
 * Runs the roles until `stop` is aborted, then stops in order: not ready, nothing new, what is in flight finished or
 * handed over within `delivery.drainTimeoutMs`. Rejects with SERVICE_FAILED when a part fails that waiting can't mend, and
 * before anything is started with PEM_UNUSABLE or HISTORY_FILE_UNUSABLE.
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
  const admin = roles.includes("admin") ? await loadAdminPart(around, options) : null;
  around.emit({ type: "service.started", roles, version });
  for (const danger of dangersOf(outer.config))
    around.emit({ type: "service.dangerous-setting", ...danger });
  await superviseAll(
    [
      [httpService(around, options, progress, health, admin)],
      ...(tracing === null ? [] : [[tracing.service]]),
      [engine(around, options, progress, admin)],
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
