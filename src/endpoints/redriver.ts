import type { PartitionConsumer } from "../delivery/intake.ts";
import type { DeadReason } from "../delivery/next-stop.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { Service } from "../runtime/supervisor.ts";
import { redriveId } from "./endpoint-health.ts";
import type { EndpointHealth } from "./endpoint-health.ts";
import { aboutEndpoint } from "./endpoint-events.ts";
import type { EndpointEvent } from "./endpoint-events.ts";
import type { Suspensions } from "./suspensions.ts";

/** Puts jobs that were set aside for an endpoint back among the jobs, once each, and goes on where it last ended. */
export interface Redrive {
  readonly id: string;
  readonly endpointId: string;
  /** Nothing was set aside before, ms since the epoch. */
  readonly from: number;
  /** At most so many jobs. */
  readonly limit: number;
}

/** Which of the dead jobs a redrive is about. */
export function setAsideOf({ endpointId, from }: Redrive) {
  return { reason: "endpoint-suspended" satisfies DeadReason, endpointId, from };
}

export interface RedriverDeps {
  readonly suspensions: Pick<Suspensions, "get" | "all">;
  /** Port: a group whose one partition goes to the process that is to do this. */
  readonly leadership: Pick<PartitionConsumer, "run">;
  /** Port: resolves with how many jobs were put back. */
  readonly redrive: (redrive: Redrive, signal: AbortSignal) => Promise<number>;
  /** Port: publishes that an endpoint is well again. */
  readonly release: (endpointId: string) => Promise<void>;
  readonly probeIntervalMs: number;
  /** How many jobs of an endpoint that recovers are put back before it is another one's turn. */
  readonly jobsAtOnce: number;
  readonly clock: Clock;
  readonly emit: Emit<EndpointEvent>;
}

/** How often is looked what there is to do, in ms. */
const lookMs = 1000;

/** Processes learn at different times that an endpoint recovers, and until then still set aside: for less than this, in ms. */
const settledMs = 10_000;

/**
 * Tries suspended endpoints and sends anew what was set aside for those that recover. One process of the role does it,
 * the one that a consumer group has given its only partition; should two believe that they are, each redrive is a
 * transactional id and fences the other off.
 */
export class Redriver implements Service {
  readonly name = "redriver";
  readonly #deps: RedriverDeps;
  /** When each suspended endpoint is tried next, ms since the epoch. */
  readonly #probes = new Map<string, number>();
  /** Since when each is known to recover, and how many looks running have found nothing more. */
  readonly #recovering = new Map<string, { readonly since: number; quiet: number }>();
  #leads = false;

  constructor(deps: RedriverDeps) {
    this.#deps = deps;
  }

  async run(stop: AbortSignal): Promise<void> {
    const handlers = {
      assigned: (partitions: readonly unknown[]) => {
        this.#leads = partitions.length > 0;
      },
      records: () => undefined,
      rewound: () => undefined,
    };
    await Promise.all([this.#deps.leadership.run(handlers, stop), this.#work(stop)]);
  }

  async #work(stop: AbortSignal): Promise<void> {
    const { suspensions, clock, emit } = this.#deps;
    while (!stop.aborted) {
      await pause(clock, lookMs, stop);
      if (!this.#leads || stop.aborted) continue;
      const known = suspensions.all();
      this.#forgetOthers(known);
      for (const health of known) {
        if (stop.aborted) return;
        try {
          await (health.state === "suspended"
            ? this.#probe(health, stop)
            : this.#recover(health, stop));
        } catch (error) {
          emit({ type: "endpoint.held", error });
        }
      }
    }
  }

  async #probe(health: EndpointHealth, stop: AbortSignal): Promise<void> {
    const { clock, probeIntervalMs, redrive, emit } = this.#deps;
    const { endpointId, since } = health;
    const due = this.#probes.get(endpointId) ?? since + probeIntervalMs;
    if (clock.now() < due) return;
    this.#probes.set(endpointId, clock.now() + probeIntervalMs);
    const jobs = await redrive({ id: redriveId(health), endpointId, from: since, limit: 1 }, stop);
    if (jobs > 0) emit({ type: "endpoint.redriven", endpointId, probe: true, jobs });
  }

  /**
   * Goes over what was set aside until nothing more is there, late enough that nothing more can come. One look that
   * finds nothing is not enough: it may have been the end of a replay that began before the last jobs were set aside.
   * Each look is short, so that endpoints that recover share the pace, and probes go on.
   */
  async #recover(health: EndpointHealth, stop: AbortSignal): Promise<void> {
    const { clock, redrive, release, emit, jobsAtOnce } = this.#deps;
    const { endpointId, since } = health;
    const recovery = this.#recovering.get(endpointId) ?? { since: clock.now(), quiet: 0 };
    this.#recovering.set(endpointId, recovery);
    const settled = clock.now() - recovery.since >= settledMs;
    const jobs = await redrive(
      { id: redriveId(health), endpointId, from: since, limit: jobsAtOnce },
      stop,
    );
    if (jobs > 0) emit({ type: "endpoint.redriven", endpointId, probe: false, jobs });
    recovery.quiet = jobs === 0 && settled && !stop.aborted ? recovery.quiet + 1 : 0;
    const stillRecovers = this.#deps.suspensions.get(endpointId)?.state === "recovering";
    if (recovery.quiet < 2 || !stillRecovers) return;
    await release(endpointId);
    emit({ type: "endpoint.well", ...aboutEndpoint(health) });
  }

  #forgetOthers(known: readonly EndpointHealth[]): void {
    const states = new Map(known.map(({ endpointId, state }) => [endpointId, state]));
    for (const id of this.#probes.keys())
      if (states.get(id) !== "suspended") this.#probes.delete(id);
    for (const id of this.#recovering.keys())
      if (states.get(id) !== "recovering") this.#recovering.delete(id);
  }
}
