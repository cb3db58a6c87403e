import { readJobState, replayHeader } from "../jobs/job-state.ts";
import { aborted } from "../runtime/aborted.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import { retryUntil } from "../runtime/retry-until.ts";
import { makesDetour } from "./decision.ts";
import type { Decision } from "./decision.ts";
import type { Aside, DeliverJob, EndpointGate } from "./deliver-job.ts";
import { asideOf } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { createFinisher } from "./finisher.ts";
import type { Finish, FinisherDeps } from "./finisher.ts";
import { paceOf } from "./pace.ts";
import type { Taken } from "./partition-lane.ts";
import type { RetryLadder, Rung } from "./retry-ladder.ts";
import { Scheduler } from "./scheduler.ts";
import type { Offer, SchedulerOptions, Slot } from "./scheduler.ts";
import { WaitingRetries } from "./waiting-retries.ts";
import type { FromRung } from "./waiting-retries.ts";

export interface DeliverySessionDeps extends FinisherDeps {
  readonly deliver: DeliverJob;
  readonly ladder: RetryLadder;
  /** The endpoint of a job, by its record's key. */
  readonly endpointOf: (key: Buffer | null) => Endpoint;
  readonly endpoints: Pick<EndpointGate, "admits">;
  readonly scheduling: Pick<SchedulerOptions, "maxInFlight" | "maxPerEndpoint" | "patienceMs">;
  /** How often members tell their groups that they are alive, and hear whether the group goes on. */
  readonly heartbeatIntervalMs: number;
  /** A clock that nobody sets: an endpoint that rests for seconds must not rest for the hour that a clock is set back by. */
  readonly steadyClock: Clock;
}

interface JobOfferParts {
  readonly endpoint: Endpoint;
  readonly crowds: boolean;
  readonly isSetAside: boolean;
  readonly from: FromRung | undefined;
}

/** What is known of a job whose turn has come. */
interface Turn {
  readonly isSetAside: boolean;
  readonly from: FromRung | undefined;
  /** It waited for its endpoint, not for this process alone. */
  readonly wasHeld: boolean;
}

/** Thousands of these wait at a time, each of them a single object: what it can do is the class's. */
class JobOffer implements Offer, Turn {
  readonly endpoint: Endpoint;
  readonly retry: boolean;
  readonly crowds: boolean;
  readonly #session: DeliverySession;
  readonly #taken: Taken;
  readonly isSetAside: boolean;
  readonly from: FromRung | undefined;
  passedOverBefore = 0;
  wasHeld = false;

  constructor(session: DeliverySession, taken: Taken, parts: JobOfferParts) {
    this.endpoint = parts.endpoint;
    this.retry = readJobState(taken.record.headers).attempt > 1;
    this.crowds = parts.crowds;
    this.#session = session;
    this.#taken = taken;
    this.isSetAside = parts.isSetAside;
    this.from = parts.from;
  }

  work(slot: Slot): Promise<void> {
    return this.#session.begin(this.#taken, slot, this);
  }

  held(): void {
    this.wasHeld = true;
  }

  detour(waitMs: number): void {
    this.#session.detour(this.#taken, waitMs, this.from);
  }
}

/**
 * How long a member lets its group wait for what it has under way, in ms. Most requests take less, and are then not
 * repeated by whoever gets their partition; a receiver that hangs must not hold up the group for its time-out.
 */
const settleMs = 1000;
/**
 * How long nothing is begun while a group shares its partitions out anew, in ms, besides a heartbeat's interval, by which
 * the others learn of it: their own moment, and the joining itself. One that takes longer waits for a member that is
 * gone, and nobody's jobs are to wait for that as well.
 */
const joiningMs = settleMs + 1000;

/** How metrics call a rung. */
const tierOf = ({ delayMs }: Rung): string => `${delayMs / 1000}s`;

/** Whether nothing but this service has had the job wait until now: no endpoint, no ladder and nobody who replays it. */
function isOnItsWay({ record }: Taken, { from, wasHeld }: Turn): boolean {
  return from === undefined && !wasHeld && record.headers[replayHeader] === undefined;
}

/** One run of the stage: what it has in hand, from the first record to the last. */
export class DeliverySession {
  readonly #deps: DeliverySessionDeps;
  readonly #kill: AbortSignal;
  readonly #scheduler: Scheduler;
  readonly #finish: Finish;
  readonly #timers = new Set<() => void>();
  readonly #retries = new WaitingRetries();
  /** Jobs on their way to a rung that they wait on instead of here. */
  readonly #detours = new Set<Promise<void>>();
  /** Aborted when the stage begins nothing more. */
  readonly #closing = new AbortController();
  /** Groups that share their partitions out anew; each with what ends its waiting. */
  readonly #sharing = new Map<string, () => void>();
  /** When jobs were last begun again after that, ms since the epoch: until then no endpoint was to blame for what waits. */
  #freeSince = -Infinity;

  constructor(deps: DeliverySessionDeps, kill: AbortSignal) {
    const { steadyClock: clock, emit, scheduling } = deps;
    this.#deps = deps;
    this.#kill = kill;
    this.#finish = createFinisher(deps);
    this.#scheduler = new Scheduler({
      ...scheduling,
      clock,
      changed: (count) => emit({ type: "delivery.in-flight", count }),
    });
  }

  /** A job of the ladder waits here until it is due; its partition goes on being read ahead, up to the limits. */
  wait(taken: Taken): void {
    const { clock, ladder } = this.#deps;
    const rung = ladder.rungs.find(({ topic }) => topic === taken.record.topic);
    const tier = rung === undefined ? "unknown" : tierOf(rung);
    // No job is due later than its rung's delay from now: a damaged header must not hold its partition for ever.
    const latest = clock.now() + (rung?.delayMs ?? 0);
    const due = Math.min(readJobState(taken.record.headers).dueAt ?? clock.now(), latest);
    const from = { tier, due, taken };
    this.#retries.add(from);
    const cancel = clock.at(due, () => {
      this.#timers.delete(cancel);
      this.offer(taken, from);
    });
    this.#timers.add(cancel);
  }

  /** Hands a job to the scheduler; `from` the rung where it comes from one. */
  offer(taken: Taken, from?: FromRung): void {
    const { clock, endpointOf, endpoints, scheduling } = this.#deps;
    const { record, crowdingSince } = taken;
    const endpoint = endpointOf(record.key);
    const isSetAside = endpoints.admits(endpoint, record.headers) === "set-aside";
    // What fills a rung's partition is not waiting for its turn, but for its time.
    const crowds =
      from === undefined &&
      crowdingSince !== null &&
      this.#sharing.size === 0 &&
      clock.now() - Math.max(crowdingSince, this.#freeSince) > scheduling.patienceMs;
    const place = isSetAside ? asideOf(endpoint) : endpoint;
    this.#scheduler.offer(new JobOffer(this, taken, { endpoint: place, crowds, isSetAside, from }));
  }

  /** A job's turn has come. */
  begin(taken: Taken, slot: Slot, turn: Turn): Promise<void> {
    const { clock, emit } = this.#deps;
    const { from } = turn;
    if (from !== undefined) {
      this.#retries.delete(from);
      const seconds = (clock.now() - from.due) / 1000;
      emit({ type: "delivery.retry-overdue", tier: from.tier, seconds });
    }
    return this.#work(taken, slot, turn);
  }

  /** Tells what is in hand. */
  survey(): void {
    const { clock, emit, ladder, scheduling } = this.#deps;
    emit({
      type: "delivery.surveyed",
      inFlightLimit: scheduling.maxInFlight,
      buffered: this.#timers.size + this.#scheduler.waiting,
      overdueMs: this.#retries.overdueMs(ladder.rungs.map(tierOf), clock.now()),
    });
  }

  /**
   * A group is about to share its partitions out anew. Nothing is begun until `shared` tells that it has, or for as long
   * as that may take. Resolves when what is under way has ended and `commit` has told so, or after a moment.
   */
  async settle(group: string, commit: () => Promise<unknown>): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const { clock, heartbeatIntervalMs } = this.#deps;
    // What was held stays so without a gap: it may join anew before it has heard of the last time.
    this.#sharing.get(group)?.();
    const until = clock.now() + heartbeatIntervalMs + joiningMs;
    this.#sharing.set(
      group,
      clock.at(until, () => this.shared(group)),
    );
    this.#scheduler.holding = true;
    const moment = new AbortController();
    const finished = async (): Promise<void> => {
      await Promise.all([this.#scheduler.idle(), ...this.#detours]);
      // Later than that the group takes it from those alone who have joined.
      if (!moment.signal.aborted) await commit();
    };
    await Promise.race([finished(), pause(clock, settleMs, moment.signal)]);
    moment.abort();
  }

  /** A group has shared its partitions out. */
  shared(group: string): void {
    this.#sharing.get(group)?.();
    if (!this.#sharing.delete(group) || this.#sharing.size > 0) return;
    this.#freeSince = this.#deps.clock.now();
    this.#scheduler.holding = false;
  }

  /** Begins nothing more, and sees what is under way to its end. */
  async drain(): Promise<void> {
    this.#scheduler.close();
    this.#closing.abort();
    for (const cancel of [...this.#timers, ...this.#sharing.values()]) cancel();
    this.#timers.clear();
    this.#retries.clear();
    const ended = Promise.all([this.#scheduler.idle(), ...this.#detours]);
    await Promise.race([ended, aborted(this.#kill)]);
  }

  /** Its endpoint is not likely to take it soon. */
  detour(taken: Taken, waitMs: number, from: FromRung | undefined): void {
    if (from !== undefined) this.#retries.delete(from);
    if (taken.lost || !taken.begin()) return;
    const { clock, ladder } = this.#deps;
    const decision = makesDetour(taken.record, waitMs, ladder, clock.now());
    const detour = this.#make(taken, decision).then(() => void this.#detours.delete(detour));
    this.#detours.add(detour);
  }

  async #make(taken: Taken, detour: Decision): Promise<void> {
    try {
      await this.#finish(taken, detour);
      this.#deps.emit({ type: "delivery.detoured" });
    } catch (error) {
      this.#held(error);
    }
  }

  /** Never rejects: what was not finished is done again by whoever gets the partition next. */
  async #work(taken: Taken, slot: Slot, turn: Turn): Promise<void> {
    try {
      const decision = await this.#decide(taken, slot, turn.from);
      // Nobody is asked where a job is set aside: that takes as many at a time as it can.
      slot.ended(turn.isSetAside ? { kind: "answered" } : paceOf(decision?.outcome ?? null));
      if (decision !== null) await this.#finish(taken, decision, isOnItsWay(taken, turn));
    } catch (error) {
      this.#stays(turn.from);
      this.#held(error);
    }
  }

  /** A job of the ladder is here still, and gets the more overdue. */
  #stays(from: FromRung | undefined): void {
    if (from !== undefined && !this.#closing.signal.aborted) this.#retries.add(from);
  }

  #held(error: unknown): void {
    if (!this.#kill.aborted) this.#deps.emit({ type: "delivery.held", error });
  }

  /** What waits for a registry or a table gives its slot away meanwhile, and is simply left when the stage ends. */
  #decide(taken: Taken, slot: Slot, from: FromRung | undefined): Promise<Decision | null> {
    const { clock, deliver, emit } = this.#deps;
    const aside: Aside = async (wait) => {
      this.#stays(from);
      try {
        return await slot.aside(() => wait(this.#closing.signal));
      } finally {
        if (from !== undefined) this.#retries.delete(from);
      }
    };
    const begin = (): Promise<Decision | null> | null =>
      taken.lost || !taken.begin() ? null : deliver(taken.record, this.#kill, aside);
    // Who was frozen may hold jobs that others have done long since, and learns of that a moment after it goes on.
    const work = () => (taken.sure ? begin() : taken.confirmed().then(begin));
    return retryUntil(this.#kill, clock, work, {
      onError: (error) => emit({ type: "delivery.held", error }),
      wait: (waitMs) => aside((ended) => pause(clock, waitMs, ended)),
    });
  }
}
