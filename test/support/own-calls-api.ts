import { createCallHandlers } from "../../src/app/admin-calls.ts";
import { createEndpointStates } from "../../src/app/admin-endpoints.ts";
import { createAuditing } from "../../src/app/auditing.ts";
import { loadAdminCodecs, loadCodecs } from "../../src/app/codecs.ts";
import { createConfiguration, createLater } from "../../src/app/configuration.ts";
import { createConnections } from "../../src/app/connections.ts";
import { createHistory } from "../../src/app/history.ts";
import { createStore } from "../../src/app/store.ts";
import { loadConfig } from "../../src/config.ts";
import type { CallHandlers } from "../../src/admin/calls/handlers.ts";
import type { History } from "../../src/history/history.ts";
import type { RecentCalls } from "../../src/history/recent-calls.ts";
import type { AnyEvent } from "../../src/observability/any-event.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { Surveys } from "../../src/runtime/surveys.ts";
import { heldToContract } from "./memory-calls.ts";
import type { TriggerStore } from "../../src/triggers/trigger-store.ts";

/** The handlers of calls on the real Kafka and registry, without the HTTP around them. Disposing it stops all of it in order. */
export interface OwnCallsApi extends AsyncDisposable {
  readonly handlers: CallHandlers;
  readonly store: TriggerStore;
  readonly history: History;
  readonly recentCalls: RecentCalls;
  /** What went wrong meanwhile. */
  readonly faults: readonly AnyEvent[];
}

/** Starts what the admin role consists of, as far as calls need it, with the settings of that environment. */
export async function startOwnCallsApi(
  env: Readonly<Record<string, string>>,
): Promise<OwnCallsApi> {
  const faults: AnyEvent[] = [];
  const surveys = new Surveys();
  const emit = (event: AnyEvent): void => {
    if (event.type === "admin.failed") faults.push(event);
  };
  const config = loadConfig({ env });
  const around = {
    config,
    clock: systemClock,
    emit,
    kafkaLog: () => undefined,
    userAgent: "onhook/test",
    surveys,
  };
  const ended = new AsyncDisposableStack();
  const connections = createConnections(around);
  const codecs = await loadCodecs(around, connections);
  const adminCodecs = await loadAdminCodecs(around, connections);
  const parts = await createStore(around, connections, codecs);
  const { history, recentCalls, ...past } = ended.use(
    createHistory(around, connections, codecs, adminCodecs),
  );
  const { endpoints, service } = createEndpointStates(around, connections, codecs);
  const writer = ended.use(createAuditing(around, connections, adminCodecs));
  const later = createLater();
  const ground = { codecs, parts, later, writer, history, endpoints };
  const { checker } = createConfiguration(around, connections, ground);
  const stands = { codecs, parts, history, recentCalls, writer, endpoints, checker };
  const calls = createCallHandlers(around, connections, stands);
  const stop = new AbortController();
  const kill = new AbortController();
  const services = [...parts.services, ...past.services, service, ...calls.services];
  const running = services.map((each) => each.run(stop.signal, kill.signal));
  ended.defer(async () => {
    stop.abort();
    await Promise.allSettled(running);
  });
  await parts.store.whenCaughtUp(stop.signal);
  const isOpen = (): Promise<boolean> =>
    history.changes({ tenantId: null, limit: 1 }).then(
      () => true,
      () => false,
    );
  await eventually(isOpen, (answers) => answers);
  return {
    handlers: heldToContract(calls.handlers),
    store: parts.store,
    history,
    recentCalls,
    faults,
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  };
}

/** Asks again until the answer is as it has to be: what the admin role knows comes over topics. */
export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
): Promise<T> {
  const giveUpAt = performance.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (performance.now() > giveUpAt)
      throw new Error(`not yet: ${JSON.stringify(answer)?.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
