import type { Pace } from "./pace.ts";

export interface LimitOptions {
  /** The most requests that one endpoint ever has under way. */
  readonly most: number;
}

/** A new endpoint begins here: enough for most, and little to lose where it hangs. */
const firstLimit = 4;

/** An endpoint that has said nothing for this long, in ms, while requests wait for it, gets no further ones. */
const silenceMs = 1000;

/** An endpoint that has timed out several times running rests before the next probe: so much more each time, in ms. */
const restStepMs = 2000;
const longestRestMs = 20_000;

/** How much a new duration counts in the smoothed one. What has become faster is believed sooner: to keep jobs here is cheap. */
const weight = { slower: 0.2, faster: 0.5 };

/**
 * How many requests one endpoint has under way, and how many it may have. The limit doubles with each round of answers
 * until something went wrong once, then grows by one a round, as TCP's window does, and only while it is used. An
 * endpoint that could not be reached, or asks for less, is halved, once for all requests that were under way together;
 * one that times out shrinks to a single request, a probe, which answers decide about.
 */
export class EndpointLimit {
  inFlight = 0;
  /** It asked to be left alone until then, ms since the epoch. */
  #parkedUntil = 0;
  /** After time-outs it is left alone until then. */
  #restsUntil = 0;
  readonly #most: number;
  #limit: number;
  /** Up to here the limit doubles. */
  #easy: number;
  /** Requests that began before this tell of a time that the limit has been lowered for already. */
  #loweredAt = -Infinity;
  /** When all that it may have was last under way. */
  #fullAt = -Infinity;
  #timeoutsRunning = 0;
  /** The last sign of life, or the begin of the first request under way. */
  #heardAt = 0;
  /** Smoothed duration of a request, ms. */
  #serviceMs = 0;

  constructor({ most }: LimitOptions) {
    this.#most = most;
    this.#limit = Math.min(firstLimit, most);
    this.#easy = most;
  }

  /** Whole requests. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** No request before this, ms since the epoch. */
  get quietUntil(): number {
    return Math.max(this.#parkedUntil, this.#restsUntil);
  }

  /** When it counts as silent if nothing is heard of it before, ms since the epoch; null while nothing is under way. */
  get silentFrom(): number | null {
    return this.inFlight === 0 ? null : this.#heardAt + silenceMs + 1;
  }

  /** Whether one more may begin now. */
  mayBegin(now: number): boolean {
    if (this.inFlight >= this.limit || now < this.quietUntil) return false;
    return this.inFlight === 0 || now < this.#heardAt + silenceMs + 1;
  }

  begin(now: number): void {
    if (this.inFlight === 0) this.#heardAt = now;
    this.inFlight += 1;
    if (this.inFlight >= this.limit) this.#fullAt = now;
  }

  /** A request that began at `beganAt` has ended. */
  end(beganAt: number, pace: Pace, now: number): void {
    this.inFlight -= 1;
    switch (pace.kind) {
      case "answered":
        this.#answered(beganAt, now);
        return;
      case "refused":
        this.#heardAt = now;
        this.#lower(beganAt, this.#limit / 2, now);
        this.#parkedUntil = Math.max(this.#parkedUntil, now + pace.restMs);
        return;
      case "timed-out":
        this.#timedOut(beganAt, now);
        return;
      case "unknown":
        return;
      default:
        pace satisfies never;
    }
  }

  /**
   * How long a further request is likely to wait for its turn behind `queued` others, in ms. An endpoint that is silent
   * is as slow as it has been silent.
   */
  expectedWaitMs(queued: number, now: number): number {
    const resting = Math.max(0, this.quietUntil - now);
    if (queued === 0 && this.mayBegin(now)) return 0;
    const silent = this.inFlight > 0 ? now - this.#heardAt : 0;
    return resting + this.#roundsFor(queued + 1) * Math.max(this.#serviceMs, silent);
  }

  /** How many rounds of answers so many requests take, the limit growing as it has so far. */
  #roundsFor(requests: number): number {
    let [left, limit, rounds] = [requests, Math.max(1, this.limit), 0];
    const most = Math.min(this.#most, this.#easy);
    for (; left > limit && limit < most; rounds += 1) {
      left -= limit;
      limit = Math.min(most, limit * 2);
    }
    return rounds + left / limit;
  }

  /** Idle, and not known for anything bad: a new one would do as well. */
  isForgettable(now: number): boolean {
    const fine = this.#timeoutsRunning === 0 && this.limit >= Math.min(firstLimit, this.#most);
    return fine && this.inFlight === 0 && now >= this.quietUntil;
  }

  #answered(beganAt: number, now: number): void {
    this.#heardAt = now;
    const duration = Math.max(0, now - beganAt);
    // What was measured while it hung says nothing of now.
    const afresh = this.#timeoutsRunning > 0 || this.#serviceMs === 0;
    const change = duration - this.#serviceMs;
    this.#serviceMs += change * (afresh ? 1 : change > 0 ? weight.slower : weight.faster);
    this.#timeoutsRunning = 0;
    this.#restsUntil = 0;
    if (this.#fullAt < beganAt) return;
    const growth = this.#limit < this.#easy ? 1 : 1 / this.limit;
    this.#limit = Math.min(this.#most, this.#limit + growth);
  }

  #timedOut(beganAt: number, now: number): void {
    if (beganAt < this.#loweredAt) return;
    this.#serviceMs = Math.max(this.#serviceMs, now - beganAt);
    this.#lower(beganAt, 1, now);
    const rest = Math.min(longestRestMs, this.#timeoutsRunning * restStepMs);
    this.#restsUntil = now + rest;
    this.#timeoutsRunning += 1;
  }

  #lower(beganAt: number, to: number, now: number): void {
    if (beganAt < this.#loweredAt) return;
    this.#easy = Math.max(2, this.#limit / 2);
    this.#limit = Math.max(1, to);
    this.#loweredAt = now;
  }
}
