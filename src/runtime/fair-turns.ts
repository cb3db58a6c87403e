import { Turns } from "./turns.ts";

/** As `Turns`, for many who ask: one at a time of each of them, so that none can take all turns from the others. */
export class FairTurns {
  readonly #all: Turns;
  readonly #mostWaitingEach: number;
  readonly #each = new Map<string, { readonly turns: Turns; asking: number }>();

  /** `most` at a time in all; `mostWaiting` more in all, and `mostWaitingEach` of each, may wait. */
  constructor(most: number, mostWaiting: number, mostWaitingEach: number) {
    this.#all = new Turns(most, mostWaiting);
    this.#mostWaitingEach = mostWaitingEach;
  }

  /** Does it when the turn of `who` has come. `refuse` makes what is thrown where too many wait already. */
  async take<T>(who: string, work: () => Promise<T>, refuse: () => Error): Promise<T> {
    const own = this.#each.get(who) ?? { turns: new Turns(1, this.#mostWaitingEach), asking: 0 };
    this.#each.set(who, own);
    own.asking += 1;
    try {
      return await own.turns.take(async () => this.#all.take(work, refuse), refuse);
    } finally {
      own.asking -= 1;
      if (own.asking === 0) this.#each.delete(who);
    }
  }
}
