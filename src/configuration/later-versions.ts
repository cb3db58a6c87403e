import type { StoreEvent, StoreTable } from "../triggers/store-events.ts";
import type { Version } from "./edit-version.ts";

type Applied = Extract<StoreEvent, { type: "store.applied" }>;

type Watcher<T> = (version: Version<T>) => void;

interface Watched<T> {
  readonly watchers: Set<Watcher<T>>;
  readonly versions: Version<T>[];
}

/** The valid versions, deletions included, that come of a table's records while somebody works on them. */
export class LaterVersions<T> {
  readonly #table: StoreTable;
  readonly #watched = new Map<string, Watched<T>>();

  constructor(table: StoreTable) {
    this.#table = table;
  }

  /**
   * From now on, and until what is returned is disposed of, the versions of that record are kept. `watcher` is told of each
   * when the store has taken it on, and nothing after it.
   */
  watch(key: string, watcher: Watcher<T> = () => undefined): Disposable {
    const watched = this.#watched.get(key) ?? { watchers: new Set(), versions: [] };
    const own: Watcher<T> = (version) => watcher(version);
    watched.watchers.add(own);
    this.#watched.set(key, watched);
    return {
      [Symbol.dispose]: () => {
        watched.watchers.delete(own);
        if (watched.watchers.size === 0) this.#watched.delete(key);
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
    const version = { offset, version: result === "deleted" ? null : (read() ?? null) };
    watched.versions.push(version);
    for (const watcher of watched.watchers) watcher(version);
  }

  /** The last strictly between two offsets. */
  between(key: string, after: number, before: number): Version<T> | undefined {
    return this.#watched
      .get(key)
      ?.versions.findLast(({ offset }) => offset > after && offset < before);
  }
}
