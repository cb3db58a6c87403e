import type { Endpoint } from "./endpoint.ts";

/** What takes turns: one of a tenant's. */
export interface Turn {
  readonly endpoint: Endpoint;
}

/**
 * Gives tenants equal turns, and within a tenant its endpoints: a tenant with a thousand jobs that wait gets as many
 * turns as one with a single job, and so no one has to wait for another one's backlog.
 */
export class FairRing<T extends Turn> {
  /** Maps keep the order of insertion: the first is next, and goes to the end. */
  readonly #tenants = new Map<string, Map<string, T>>();

  add(turn: T): void {
    const { id, tenantId } = turn.endpoint;
    let turns = this.#tenants.get(tenantId);
    if (turns === undefined) {
      turns = new Map();
      this.#tenants.set(tenantId, turns);
    }
    turns.set(id, turn);
  }

  remove({ endpoint: { id, tenantId } }: T): void {
    const turns = this.#tenants.get(tenantId);
    if (turns?.delete(id) === true && turns.size === 0) this.#tenants.delete(tenantId);
  }

  /** Whose turn it is; it stays in the ring, at its end. */
  next(): T | undefined {
    for (const [tenantId, turns] of this.#tenants) {
      for (const [id, turn] of turns) {
        this.#tenants.delete(tenantId);
        this.#tenants.set(tenantId, turns);
        turns.delete(id);
        turns.set(id, turn);
        return turn;
      }
    }
    return undefined;
  }
}
