import type { Taken } from "./partition-lane.ts";

/** A job that has come from a rung. */
export interface FromRung {
  /** The rung's wait, for example `2s`. */
  readonly tier: string;
  /** Ms since the epoch. */
  readonly due: number;
  readonly taken: Pick<Taken, "lost">;
}

/** The jobs of the ladder that are here and have not gone out, whether they wait for their time, their turn or the registry. */
export class WaitingRetries {
  readonly #jobs = new Set<FromRung>();

  add(job: FromRung): void {
    this.#jobs.add(job);
  }

  delete(job: FromRung): void {
    this.#jobs.delete(job);
  }

  clear(): void {
    this.#jobs.clear();
  }

  /**
   * For how long the oldest job of each of `tiers` has been overdue at `now`, in ms; 0 where none is. Those of partitions
   * that belong to another worker by now are forgotten: nothing else may ever come of them here.
   */
  overdueMs(tiers: readonly string[], now: number): ReadonlyMap<string, number> {
    const found = new Map(tiers.map((tier) => [tier, 0]));
    for (const job of this.#jobs) {
      const { tier, due, taken } = job;
      if (taken.lost) this.#jobs.delete(job);
      else found.set(tier, Math.max(found.get(tier) ?? 0, now - due));
    }
    return found;
  }
}
