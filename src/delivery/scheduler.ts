import type { Clock } from "../runtime/clock.ts";
import { EndpointQueue } from "./endpoint-queue.ts";
import type { Leaving, Waiting } from "./endpoint-queue.ts";
import type { Endpoint } from "./endpoint.ts";
import { FlowRate } from "./flow-rate.ts";
import { FairRing } from "./fair-ring.ts";
import type { Pace } from "./pace.ts";

/** The place that a piece of work has. */
export interface Slot {
  /**
   * Gives the slot to others while `wait` lasts, then takes one again in its turn. Where the slots are closed by then, or
   * the job has to make a detour after all, it never comes back: what stood aside counts as not begun.
   */
  aside<T>(wait: () => Promise<T>): Promise<T>;
  /**
   * The request has ended: what its endpoint made of it. The slot is kept until the work ends, but what that still takes
   * (the log may be away) is not the endpoint's doing, and must not count as its silence. Once at most.
   */
  ended(pace: Pace): void;
}

/** Work that waits for its turn. It must not reject: what it meets is its own to handle. */
export type Work = (slot: Slot) => Promise<void>;

/** A job that wants to be done; it waits as it is, for as long as it has to. */
export interface Offer extends Waiting {
  readonly endpoint: Endpoint;
  /** A retry gives way to first attempts. */
  readonly retry: boolean;
  work: Work;
  /** Whether it fills so much of its partition that, were it to wait here, it would keep out the jobs of others. */
  readonly crowds: boolean;
  /** Called before `work` where it had to wait for its endpoint, and not for this process alone. */
  held(): void;
  /** Called in place of `work` where its endpoint is not likely to take it soon: it is to wait elsewhere, for at least so many ms. */
  detour(waitMs: number): void;
}

/** A job that stood aside and comes back. */
interface Returning extends Waiting {
  readonly goOn: () => void;
}

type Queue = EndpointQueue<Offer | Returning>;

export interface SchedulerOptions {
  /** How many requests are under way at a time. */
  readonly maxInFlight: number;
  /** How many of these at most are one endpoint's. */
  readonly maxPerEndpoint: number;
  /** A job that has to wait longer than this for its endpoint, as far as one can tell, makes a detour. Ms. */
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly changed: (inFlight: number) => void;
}

/** As a multiple of the patience that is set: how long a job waits here at most, however much there is to do. */
const longestPatience = 10;

/** So many endpoints that say nothing at the same time are not all to blame for it. */
const silentTogether = 8;

/** Endpoints that are remembered though nothing is to be done for them and nothing bad is known of them. */
const mostRemembered = 10_000;

/**
 * Decides which job goes next, and which had better wait elsewhere. Tenants take turns; an endpoint has no more under
 * way than it has shown to take; first attempts go before retries, of which some may always go, so that neither
 * starves: an eighth of the slots is theirs alone, and no more than half of them ever are.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #endpoints = new Map<string, Queue>();
  readonly #ready = {
    first: new FairRing<Queue>(),
    retry: new FairRing<Queue>(),
  };
  readonly #under = { first: 0, retry: 0 };
  /** Jobs that wait for their turn, at all endpoints. */
  #waiting = 0;
  readonly #answers = new FlowRate();
  /** Endpoints with a request under way. */
  #busy = 0;
  readonly #most: { readonly first: number; readonly retry: number };
  readonly #idle: (() => void)[] = [];
  #closed = false;
  #holding = false;
  #filling = false;
  /** Something may be begun that could not before. */
  #mayFill = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const { maxInFlight } = options;
    this.#most = {
      first: maxInFlight - Math.floor(maxInFlight / 8),
      retry: Math.ceil(maxInFlight / 2),
    };
  }

  /** Begins the work as soon as its turn has come, or sends it on its detour. */
  offer(offer: Offer): void {
    if (!this.#closed) this.#admit(this.#queueOf(offer.endpoint), offer, offer.crowds);
  }

  /** Jobs that wait for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Begins nothing more; what waits is dropped. */
  close(): void {
    this.#closed = true;
    for (const queue of this.#endpoints.values()) queue.clear();
    this.#endpoints.clear();
    this.#waiting = 0;
  }

  /** Begins nothing while it is true; what is under way goes on, and what comes waits. */
  set holding(holding: boolean) {
    this.#holding = holding;
    if (!holding) this.#fill();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    if (this.#inFlight === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.push(resolve);
    await promise;
  }

  get #inFlight(): number {
    return this.#under.first + this.#under.retry;
  }

  #queueOf(endpoint: Endpoint): Queue {
    let queue = this.#endpoints.get(endpoint.id);
    if (queue === undefined) {
      const { maxPerEndpoint, patienceMs, clock } = this.#options;
      queue = new EndpointQueue(endpoint, {
        most: maxPerEndpoint,
        patienceMs,
        clock,
        woken: (woken) => this.#woken(woken),
      });
      this.#endpoints.set(endpoint.id, queue);
    }
    return queue;
  }

  #admit(queue: Queue, waiting: Offer | Returning, crowds: boolean): void {
    if (this.#closed) return;
    const wait = queue.tooLong(crowds, this.#patienceAt(queue));
    if (wait !== null) {
      waiting.detour(wait);
      return;
    }
    queue.push(waiting);
    this.#waiting += 1;
    this.#refreshed(queue);
  }

  /** What the endpoint may do has changed: so may what is next. */
  #refreshed(queue: Queue): void {
    if (this.#closed) return;
    this.#place(queue);
    this.#fill();
    if (this.#endpoints.size > mostRemembered && queue.isForgettable) {
      // With its timer: that would speak for the one that comes in its place.
      queue.clear();
      this.#endpoints.delete(queue.endpoint.id);
    }
  }

  #woken(queue: Queue): void {
    this.#leave(queue, queue.shed(this.#patienceAt(queue)));
  }

  #leave(queue: Queue, leaving: readonly Leaving<Offer | Returning>[]): void {
    this.#waiting -= leaving.length;
    this.#refreshed(queue);
    for (const { waiting, waitMs } of leaving) waiting.detour(waitMs);
  }

  /**
   * How long a job may wait for this endpoint here, in ms. Where this process has more to do than it can, requests take
   * long at every endpoint, which is none of their doing: to send jobs on detours would make it more. So an endpoint whose
   * jobs wait no longer than twice what all of them do is not slow; nor is one that is as silent as all the others.
   */
  #patienceAt(queue: Queue): number {
    const { patienceMs, clock } = this.#options;
    // While nothing is begun nobody can tell how long an endpoint takes.
    if (this.#holding) return Infinity;
    if (queue.waiting("first") + queue.waiting("retry") > this.#waiting / 2) return patienceMs;
    const perMs = this.#answers.perMs(clock.now());
    const isAllSilent = perMs === 0 && this.#busy >= silentTogether;
    const usualMs = isAllSilent ? Infinity : perMs === 0 ? 0 : this.#waiting / perMs;
    return Math.max(patienceMs, Math.min(2 * usualMs, longestPatience * patienceMs));
  }

  #place(queue: Queue): void {
    const open = queue.mayBegin;
    if (!open) queue.passOver();
    for (const kind of ["first", "retry"] as const) {
      if (open && queue.waiting(kind) > 0) this.#ready[kind].add(queue);
      else this.#ready[kind].remove(queue);
    }
  }

  /** One loop alone at a time: a job that stands aside as soon as it is begun would begin the next in its own call. */
  #fill(): void {
    this.#mayFill = true;
    if (this.#filling) return;
    this.#filling = true;
    try {
      while (this.#mayFill && !this.#holding && this.#inFlight < this.#options.maxInFlight)
        this.#mayFill = this.#beginOne("first") || this.#beginOne("retry");
    } finally {
      this.#filling = false;
    }
  }

  #beginOne(kind: "first" | "retry"): boolean {
    while (this.#under[kind] < this.#most[kind]) {
      const queue = this.#ready[kind].next();
      if (queue === undefined) return false;
      // An endpoint falls silent by time alone, which no event tells of.
      const next = queue.mayBegin ? queue.shift(kind) : undefined;
      if (next !== undefined) {
        this.#waiting -= 1;
        if ("goOn" in next) next.goOn();
        else void this.#run(queue, next);
      }
      this.#place(queue);
      if (next !== undefined) return true;
    }
    return false;
  }

  async #run(begun: Queue, offer: Offer): Promise<void> {
    const { retry } = offer;
    if (begun.wasPassedOver(offer)) offer.held();
    let queue = begun;
    /** When the endpoint was given it, ms; null where it is not with the endpoint any more. */
    let began: number | null = this.#take(queue, retry);
    await offer.work({
      ended: (pace) => {
        if (began !== null) this.#left(queue, began, pace);
        began = null;
      },
      aside: async (wait) => {
        this.#give(queue, retry, began);
        try {
          return await wait();
        } finally {
          const { promise, resolve } = Promise.withResolvers<void>();
          const goOn = (): void => {
            began = this.#take(queue, retry);
            resolve();
          };
          const detour = (waitMs: number): void => offer.detour(waitMs);
          // The endpoint may have been forgotten meanwhile.
          queue = this.#queueOf(queue.endpoint);
          this.#admit(queue, { retry, goOn, detour }, offer.crowds);
          await promise;
        }
      },
    });
    this.#give(queue, retry, began);
  }

  #take(queue: Queue, retry: boolean): number {
    this.#count(retry, 1);
    if (queue.inFlight === 0) this.#busy += 1;
    return queue.begin();
  }

  /** The endpoint has one request less. */
  #left(queue: Queue, began: number, pace: Pace): void {
    if (pace.kind === "answered") this.#answers.add(this.#options.clock.now());
    const leaving = queue.end(began, pace, () => this.#patienceAt(queue));
    if (queue.inFlight === 0) this.#busy -= 1;
    this.#leave(queue, leaving);
  }

  #give(queue: Queue, retry: boolean, began: number | null): void {
    this.#count(retry, -1);
    if (began === null && !this.#closed) this.#fill();
    else if (began !== null) this.#left(queue, began, { kind: "unknown" });
    if (this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #count(retry: boolean, by: number): void {
    this.#under[retry ? "retry" : "first"] += by;
    this.#options.changed(this.#inFlight);
  }
}
