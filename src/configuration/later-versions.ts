import type { StoreEvent, StoreTable } from "../triggers/store-events.ts";
import type { Version } from "./edit-version.ts";

type Applied = Extract<StoreEvent, { type: "store.applied" }>;

interface Watched<T> {
  watchers: number;
  readonly versions: Version<T>[];
}

/** The valid versions, deletions included, that come of a table's records while somebody works on them. */
export class LaterVersions<T> {
  readonly #table: StoreTable;
  readonly #watched = new Map<string, Watched<T>>();

  constructor(table: StoreTable) {
    this.#table = table;
  }

  /** From now on, and until what is returned is disposed of, the versions of that record are kept. */
  watch(key: string): Disposable {
    const watched = this.#watched.get(key) ?? { watchers: 0, versions: [] };
    watched.watchers += 1;
    this.#watched.set(key, watched);
    return {
      [Symbol.dispose]: () => {
        watched.watchers -= 1;
        if (watched.watchers === 0) this.#watched.delete(key);
      },
    };
  }

  /**
   * To be told of each event when the store has taken it on, and nothing after it. `read` gives what the store has now; it
   * is asked for nothing that nobody watches: a store has millions of events to read, and an answer of it may take long.
   */
  note({ table, key, offset, result }: Applied, read: () => T | undefined): void {
    if (table !== this.#table || result === "refused") return;
    const watched = this.#watched.get(key);
    if (watched === undefined) return;
    const version = result === "deleted" ? null : (read() ?? null);
    watched.versions.push({ offset, version });
  }

  /** The last strictly between two offsets. */
  between(key: string, after: number, before: number): Version<T> | undefined {
    return this.#watched
      .get(key)
      ?.versions.findLast(({ offset }) => offset > after && offset < before);
  }
}
