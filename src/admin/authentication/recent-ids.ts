import type { Clock } from "../../runtime/clock.ts";

/** Ids that count for no more, each remembered until its time is over anyway; of too many, the oldest are forgotten. */
export class RecentIds {
  readonly #until = new Map<string, number>();
  readonly #most: number;
  readonly #clock: Clock;

  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#clock = clock;
  }

  /** False where it was there already. `until`: ms since the epoch. */
  add(id: string, until: number): boolean {
    if (this.has(id)) return false;
    if (this.#until.size >= this.#most) this.#makeRoom();
    this.#until.set(id, until);
    return true;
  }

  has(id: string): boolean {
    const until = this.#until.get(id);
    return until !== undefined && this.#clock.now() < until;
  }

  get size(): number {
    return this.#until.size;
  }

  #makeRoom(): void {
    const now = this.#clock.now();
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id);
    const [oldest] = this.#until.keys();
    if (oldest !== undefined && this.#until.size >= this.#most) this.#until.delete(oldest);
  }
}
