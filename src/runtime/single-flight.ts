/** Work that is done once for all who ask for it while it is under way; they share what becomes of it. */
export class SingleFlight<Key, Result> {
  readonly #underWay = new Map<Key, Promise<Result>>();

  async do(key: Key, work: () => Promise<Result>): Promise<Result> {
    let result = this.#underWay.get(key);
    if (result === undefined) {
      result = work().finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, result);
    }
    return await result;
  }
}
