import type { PartitionConsumer } from "../delivery/intake.ts";
import type { MemberProgress } from "../replay/joint-replay.ts";
import { all } from "../runtime/all.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { Service } from "../runtime/supervisor.ts";
import { redriveId } from "./endpoint-health.ts";
import type { EndpointHealth } from "./endpoint-health.ts";
import { aboutEndpoint } from "./endpoint-events.ts";
import type { EndpointEvent } from "./endpoint-events.ts";
import type { Redrive, Redrives } from "./redrives.ts";
import type { Suspensions } from "./suspensions.ts";

export interface RedriverDeps {
  readonly suspensions: Pick<Suspensions, "get" | "all">;
  /** Port: a group whose one partition goes to the process that is to do this. */
  readonly leadership: Pick<PartitionConsumer, "run">;
  readonly redrives: Redrives;
  /** Port: publishes that an endpoint is well again. */
  readonly release: (endpointId: string) => Promise<void>;
  readonly probeIntervalMs: number;
  /** How many jobs are put back before it is looked which endpoints are to be tried, and which have begun to recover. */
  readonly jobsAtOnce: number;
  readonly clock: Pick<Clock, "now">;
  /** One that nobody sets. */
  readonly steadyClock: Clock;
  readonly emit: Emit<EndpointEvent>;
}

/** How often is looked what there is to do, in ms. */
const lookMs = 1000;

/** Processes learn at different times that an endpoint recovers, and until then still set aside: for less than this, in ms. */
const settledMs = 10_000;

/**
 * Tries suspended endpoints and sends anew what was set aside for those that recover. One process of the role does it,
 * the one that a consumer group has given its only partition; should two believe that they are, one fences the other off.
 */
export class Redriver implements Service {
  readonly name = "redriver";
  readonly #deps: RedriverDeps;
  /** When each suspended endpoint is tried next, by the steady clock. */
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
    try {
      await Promise.all([this.#deps.leadership.run(handlers, stop), this.#work(stop)]);
    } finally {
      await this.#deps.redrives.close();
    }
  }

  async #work(stop: AbortSignal): Promise<void> {
    const { suspensions, steadyClock, redrives } = this.#deps;
    while (!stop.aborted) {
      await pause(steadyClock, lookMs, stop);
      if (stop.aborted) return;
      const known = this.#leads ? suspensions.all() : [];
      this.#forgetOthers(known);
      if (known.length === 0) {
        await this.#trying(stop, () => redrives.close());
        continue;
      }
      redrives.retain(new Set(known.map(redriveId)));
      await this.#trying(stop, () => this.#probe(known, stop));
      await this.#trying(stop, () => this.#recover(known, stop));
    }
  }

  /** Does it; what fails is told, and comes up again with the next look. */
  async #trying(stop: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!stop.aborted) this.#deps.emit({ type: "endpoint.held", error });
    }
  }

  /** Tries suspended endpoints whose time has come, with one job each; not so many that nothing is left for those that recover. */
  async #probe(known: readonly EndpointHealth[], stop: AbortSignal): Promise<void> {
    const { steadyClock, probeIntervalMs, redrives, jobsAtOnce, emit } = this.#deps;
    const now = steadyClock.now();
    const due = known
      .filter((health) => health.state === "suspended" && now >= this.#probeDue(health, now))
      .toSorted((a, b) => this.#probeDue(a, now) - this.#probeDue(b, now))
      .slice(0, Math.max(1, Math.floor(jobsAtOnce / 2)));
    if (due.length === 0) return;
    const put = await redrives.run(due.map(redriving(1)), due.length, stop);
    for (const health of due) {
      const { endpointId } = health;
      this.#probes.set(endpointId, now + probeIntervalMs);
      const jobs = put.get(redriveId(health))?.written ?? 0;
      if (jobs > 0) emit({ type: "endpoint.redriven", endpointId, probe: true, jobs });
    }
  }

  /** By the steady clock. How long it is suspended is known by the other one alone, which may be wrong by more than that. */
  #probeDue({ endpointId, since }: EndpointHealth, now: number): number {
    const { clock, probeIntervalMs } = this.#deps;
    let due = this.#probes.get(endpointId);
    if (due === undefined) {
      const waits = since + probeIntervalMs - clock.now();
      due = now + Math.min(Math.max(waits, 0), probeIntervalMs);
      this.#probes.set(endpointId, due);
    }
    return due;
  }

  /**
   * Goes over what was set aside until nothing more is there, late enough that nothing more can come. One look that
   * finds nothing is not enough: jobs may have been set aside behind what it read. Each look is short, so that endpoints
   * that recover share the pace, and probes go on.
   */
  async #recover(known: readonly EndpointHealth[], stop: AbortSignal): Promise<void> {
    const { steadyClock, redrives, jobsAtOnce } = this.#deps;
    const recovering = known.filter(({ state }) => state === "recovering");
    if (recovering.length === 0) return;
    const now = steadyClock.now();
    for (const { endpointId } of recovering)
      if (!this.#recovering.has(endpointId))
        this.#recovering.set(endpointId, { since: now, quiet: 0 });
    const put = await redrives.run(recovering.map(redriving(jobsAtOnce)), jobsAtOnce, stop);
    await all(recovering.map((health) => this.#conclude(health, put.get(redriveId(health)), now)));
  }

  /** What a look that began then has come to for one endpoint. */
  async #conclude(
    health: EndpointHealth,
    progress: MemberProgress | undefined,
    lookedAt: number,
  ): Promise<void> {
    const { suspensions, release, emit } = this.#deps;
    const { endpointId } = health;
    const jobs = progress?.written ?? 0;
    if (jobs > 0) emit({ type: "endpoint.redriven", endpointId, probe: false, jobs });
    const recovery = this.#recovering.get(endpointId);
    if (recovery === undefined) return;
    const settled = lookedAt - recovery.since >= settledMs;
    const isAll = jobs === 0 && progress?.isDone === true;
    recovery.quiet = isAll && settled ? recovery.quiet + 1 : 0;
    const stillRecovers = suspensions.get(endpointId)?.state === "recovering";
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

/** The redrive of an endpoint's jobs, so many of them. */
function redriving(limit: number): (health: EndpointHealth) => Redrive {
  return (health) => {
    const { endpointId, since } = health;
    return { id: redriveId(health), endpointId, from: since, limit };
  };
}
