import { OnhookError } from "../errors.ts";
import type { Clock } from "./clock.ts";
import type { Emit } from "./emit.ts";
import type { ServiceEvent } from "./service-events.ts";

/** A part of the process that works until it is told to stop. */
export interface Service {
  readonly name: string;
  /**
   * Works until `stop` is aborted, then finishes or hands over what is in flight and resolves. When `kill` is aborted
   * the time for that is over: what is in flight is dropped. Rejecting with an abort after `stop` counts as stopping;
   * any other rejection, and resolving before `stop`, is a failure.
   */
  run(stop: AbortSignal, kill: AbortSignal): Promise<void>;
}

export interface SuperviseOptions {
  /** Aborted when the process has to stop. */
  readonly stop: AbortSignal;
  /** How long all services together may take to stop, in ms. */
  readonly drainTimeoutMs: number;
  /** How long they may take once they are killed, in ms. */
  readonly killTimeoutMs?: number;
  readonly clock: Clock;
  readonly emit: Emit<ServiceEvent>;
}

interface Running {
  readonly name: string;
  readonly stopper: AbortController;
  /** Resolves when the service has ended, however. */
  readonly ended: Promise<void>;
  hasEnded: boolean;
}

type Failed = (service: string, error: unknown) => void;

function isAbort(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === "AbortError");
}

function start(service: Service, kill: AbortSignal, failed: Failed): Running {
  const stopper = new AbortController();
  const { name } = service;
  async function run(): Promise<void> {
    try {
      await service.run(stopper.signal, kill);
      if (!stopper.signal.aborted) throw new OnhookError("SERVICE_ENDED", { service: name });
    } catch (error) {
      if (!isAbort(error, stopper.signal) && !isAbort(error, kill)) failed(name, error);
    } finally {
      running.hasEnded = true;
    }
  }
  const running: Running = { name, stopper, hasEnded: false, ended: Promise.resolve().then(run) };
  return running;
}

type Layers = readonly (readonly Running[])[];

const atWork = (layers: Layers): readonly string[] =>
  layers
    .flat()
    .filter((running) => !running.hasEnded)
    .map((running) => running.name);

/**
 * Stops one layer after the other, the last first, because later ones use earlier ones. At the deadline all that are
 * left are stopped and killed at once; those that don't heed even that are waited for no longer.
 */
async function stopAll(
  layers: Layers,
  kill: AbortController,
  { clock, drainTimeoutMs, killTimeoutMs = 2000, emit }: SuperviseOptions,
): Promise<void> {
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<void>();
  let cancel = clock.at(clock.now() + drainTimeoutMs, () => {
    emit({ type: "service.drain-overrun", services: atWork(layers) });
    cancel = clock.at(clock.now() + killTimeoutMs, giveUp);
    kill.abort();
    for (const running of layers.flat()) running.stopper.abort();
  });
  for (const layer of layers.toReversed()) {
    for (const running of layer) running.stopper.abort();
    await Promise.race([Promise.all(layer.map(({ ended }) => ended)), givenUp]);
  }
  cancel();
}

/**
 * Runs all services until `stop` is aborted or one of them fails, then stops all of them.
 * Rejects with SERVICE_FAILED, naming the first that failed, or with SERVICE_STUCK, naming those that did not end even
 * when killed. Every failure is also told by an event.
 * `layers`: what a layer's services use stands in earlier layers; the services of one layer stop together.
 */
export async function superviseAll(
  layers: readonly (readonly Service[])[],
  options: SuperviseOptions,
): Promise<void> {
  const { stop, emit } = options;
  if (stop.aborted) return;
  const { promise: stopping, resolve: beginStop } = Promise.withResolvers<void>();
  const onStop = (): void => beginStop();
  stop.addEventListener("abort", onStop, { once: true });
  const failures: OnhookError[] = [];
  const kill = new AbortController();
  const failed: Failed = (service, cause) => {
    emit({ type: "service.failed", service, error: cause });
    const problem = cause instanceof Error ? cause.message : String(cause);
    failures.push(new OnhookError("SERVICE_FAILED", { service, problem }, { cause }));
    beginStop();
  };
  const running = layers.map((layer) =>
    layer.map((service) => start(service, kill.signal, failed)),
  );
  await stopping;
  const [first] = failures;
  const reason = first === undefined ? "asked to" : `${first.details["service"]} failed`;
  emit({ type: "service.stopping", reason });
  stop.removeEventListener("abort", onStop);
  await stopAll(running, kill, options);
  if (failures[0] !== undefined) throw failures[0];
  const stuck = atWork(running);
  if (stuck.length > 0) throw new OnhookError("SERVICE_STUCK", { services: stuck.join(", ") });
}
