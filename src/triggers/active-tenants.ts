/** What is given up when others are in use. */
export interface GivenUp {
  /** When it was last used, in the terms of `ActiveTenants`; -1: never. */
  lastUse: number;
  giveUp(): void;
}

/**
 * Bounds what stays in memory of the tenants whose calls come: the compiled triggers of those that were used last, between
 * once and twice `most` triggers. To use one that is in use already costs a comparison, since each call does it.
 */
export class ActiveTenants {
  readonly #most: number;
  #turn = 0;
  #triggers = 0;
  #used: GivenUp[] = [];
  #usedBefore: GivenUp[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Notes that a tenant is used, which takes as much as so many triggers. */
  use(tenant: GivenUp, triggers: number): void {
    if (tenant.lastUse === this.#turn) return;
    // Before those of the last turn are given up: it may be one of them.
    tenant.lastUse = this.#turn;
    if (this.#triggers > 0 && this.#triggers + triggers > this.#most) this.#nextTurn();
    tenant.lastUse = this.#turn;
    this.#used.push(tenant);
    this.#triggers += triggers;
  }

  #nextTurn(): void {
    for (const tenant of this.#usedBefore) if (tenant.lastUse < this.#turn) tenant.giveUp();
    this.#usedBefore = this.#used;
    this.#used = [];
    this.#triggers = 0;
    this.#turn += 1;
  }
}
