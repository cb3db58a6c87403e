import type { Clock } from "../runtime/clock.ts";
import { Fifo } from "../runtime/fifo.ts";
import type { Endpoint } from "./endpoint.ts";
import { EndpointLimit } from "./endpoint-limit.ts";
import type { Pace } from "./pace.ts";

/** A job that waits for its turn at its endpoint. */
export interface Waiting {
  readonly retry: boolean;
  /** The queue's own note: how often it had been passed over when this came. */
  passedOverBefore?: number;
  /** Sends it elsewhere for at least so many ms. */
  detour(waitMs: number): void;
}

export interface Leaving<T extends Waiting> {
  readonly waiting: T;
  readonly waitMs: number;
}

interface Options<T extends Waiting> {
  readonly most: number;
  /** Jobs of an endpoint that rests for longer than this, in ms, had better not wait for it here. */
  readonly patienceMs: number;
  readonly clock: Clock;
  /** Called when time alone has changed what the endpoint may be given: its rest is over, or it has fallen silent. */
  readonly woken: (queue: EndpointQueue<T>) => void;
}

/** What waits for one endpoint, and how much that takes at a time. */
export class EndpointQueue<T extends Waiting> {
  readonly endpoint: Endpoint;
  readonly #limit: EndpointLimit;
  readonly #patienceMs: number;
  readonly #clock: Clock;
  readonly #woken: (queue: EndpointQueue<T>) => void;
  readonly #waiting = { first: new Fifo<T>(), retry: new Fifo<T>() };
  #cancelWake: (() => void) | null = null;
  #wakesAt = Infinity;
  /** How often it could not be served since the endpoint takes no more, whoever waited. */
  #passedOver = 0;

  constructor(endpoint: Endpoint, { most, patienceMs, clock, woken }: Options<T>) {
    this.endpoint = endpoint;
    this.#limit = new EndpointLimit({ most });
    this.#patienceMs = patienceMs;
    this.#clock = clock;
    this.#woken = woken;
  }

  get mayBegin(): boolean {
    return this.#limit.mayBegin(this.#clock.now());
  }

  get inFlight(): number {
    return this.#limit.inFlight;
  }

  get isForgettable(): boolean {
    return this.#queued === 0 && this.#limit.isForgettable(this.#clock.now());
  }

  waiting(kind: "first" | "retry"): number {
    return this.#waiting[kind].length;
  }

  /**
   * How long one more job would have to wait, in ms, where that is too long to keep it here; null where it is not. As many
   * as the endpoint takes at a time may always wait, so that it never runs dry.
   */
  tooLong(crowds: boolean, patienceMs: number): number | null {
    return this.#tooLong(this.#queued, crowds, patienceMs, this.#clock.now());
  }

  /** The endpoint takes no more for now: all that wait here wait for it, and not for this process alone. */
  passOver(): void {
    this.#passedOver += 1;
  }

  /** Whether it was passed over while `waiting` was in it. Nothing is told to each of those who wait: there may be thousands. */
  wasPassedOver(waiting: T): boolean {
    return waiting.passedOverBefore !== this.#passedOver;
  }

  push(waiting: T): void {
    waiting.passedOverBefore = this.#passedOver;
    this.#waiting[waiting.retry ? "retry" : "first"].push(waiting);
    this.#wakeInTime();
  }

  shift(kind: "first" | "retry"): T | undefined {
    return this.#waiting[kind].shift();
  }

  /** Counts a request as under way; returns the time, to be handed back to `end`. */
  begin(): number {
    const now = this.#clock.now();
    this.#limit.begin(now);
    this.#wakeInTime();
    return now;
  }

  /**
   * Counts a request as ended. Where the endpoint is slower than was thought, those who would wait too long leave;
   * `patienceMs` is asked only then.
   */
  end(began: number, pace: Pace, patienceMs: () => number): readonly Leaving<T>[] {
    const now = this.#clock.now();
    this.#limit.end(began, pace, now);
    const slower = pace.kind === "timed-out" || pace.kind === "refused";
    const leaving = slower ? this.shed(patienceMs()) : [];
    this.#wakeInTime();
    return leaving;
  }

  /** Takes out those who would wait too long by what is known now. */
  shed(patienceMs: number): readonly Leaving<T>[] {
    const now = this.#clock.now();
    const leaving: Leaving<T>[] = [];
    const all = [...this.#waiting.first.drain(), ...this.#waiting.retry.drain()];
    for (const each of all) {
      const waitMs = this.#tooLong(this.#queued, false, patienceMs, now);
      if (waitMs !== null) leaving.push({ waiting: each, waitMs });
      else this.#waiting[each.retry ? "retry" : "first"].push(each);
    }
    return leaving;
  }

  /** Drops what waits. */
  clear(): void {
    for (const fifo of Object.values(this.#waiting)) fifo.drain();
    this.#cancelWake?.();
    this.#cancelWake = null;
  }

  get #queued(): number {
    return this.#waiting.first.length + this.#waiting.retry.length;
  }

  #tooLong(ahead: number, crowds: boolean, patienceMs: number, now: number): number | null {
    const resting = this.#limit.quietUntil - now;
    if (resting > this.#patienceMs) return resting;
    if (ahead < this.#limit.limit) return null;
    const wait = this.#limit.expectedWaitMs(ahead, now);
    return wait > patienceMs || crowds ? wait : null;
  }

  /**
   * While it rests, or says nothing, nothing happens here that would look at what waits. The next look is arranged before
   * this one: a rest that ended between the two would be seen by neither, and what waits would do so for ever.
   */
  #wakeInTime(): void {
    if (this.#queued === 0) return;
    const now = this.#clock.now();
    const at = this.#nextLook(now);
    if (at === null || (this.#cancelWake !== null && this.#wakesAt <= at)) return;
    this.#cancelWake?.();
    this.#wakesAt = at;
    this.#cancelWake = this.#clock.at(at, () => {
      this.#cancelWake = null;
      this.#wakeInTime();
      this.#woken(this);
    });
  }

  #nextLook(now: number): number | null {
    const { quietUntil, silentFrom } = this.#limit;
    if (quietUntil > now) return quietUntil;
    // While it is silent, again and again: how long its jobs may wait follows from how all others fare.
    return silentFrom === null || silentFrom > now ? silentFrom : now + this.#patienceMs;
  }
}
