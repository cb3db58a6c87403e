import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";

/** A call, and the jobs that have come of it. */
export interface FollowedCall {
  /** When its writing began, in ms of `performance.now()`. */
  readonly sentAt: number;
  /** The trigger that fires for it throughout. */
  readonly steady: string;
  /** Of each trigger that has fired, when its job came. */
  readonly jobs: Map<string, number>;
}

/** Which calls were sent and what has come of each; of one tenant at a time it tells the calls one by one. */
export class CallBook {
  readonly #calls = new Map<string, FollowedCall>();
  #watched = "";
  #ofWatched: FollowedCall[] = [];
  double = 0;

  watch(tenantId: string): void {
    this.#watched = tenantId;
    this.#ofWatched = [];
  }

  sent({ tenantId, cdr }: CallEndedRecord, steady: string): void {
    const call = { sentAt: performance.now(), steady, jobs: new Map<string, number>() };
    this.#calls.set(cdr.id, call);
    if (tenantId === this.#watched) this.#ofWatched.push(call);
  }

  came(cdrId: string, triggerId: string, at: number): void {
    const jobs = this.#calls.get(cdrId)?.jobs;
    if (jobs === undefined || jobs.has(triggerId)) this.double += 1;
    jobs?.set(triggerId, at);
  }

  get count(): number {
    return this.#calls.size;
  }

  /** Calls whose steady trigger has not fired. */
  get missing(): number {
    return [...this.#calls.values()].filter(({ steady, jobs }) => !jobs.has(steady)).length;
  }

  /**
   * The watched tenant's calls whose writing began after that time and of which all jobs have come: those of the next call
   * stand behind them.
   */
  done(since: number): readonly FollowedCall[] {
    const after = this.#ofWatched.filter(({ sentAt }) => sentAt > since);
    const last = after.findLastIndex(({ steady, jobs }) => jobs.has(steady));
    return after.slice(0, Math.max(0, last));
  }
}
