import type { StoreEvent } from "../triggers/store-events.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import type { Version } from "./edit-trigger.ts";

type Applied = Extract<StoreEvent, { type: "store.applied" }>;

/** Of each trigger the valid versions, deletions included, that come while a command works. */
export class LaterVersions {
  readonly #versions = new Map<string, Version[]>();

  /** To be told of each event when the store has taken it on, and nothing after it. */
  note(store: TriggerStore, { table, key, offset, result }: Applied): void {
    // What is read at start came before any work.
    if (table !== "triggers" || result === "refused" || !store.caughtUp) return;
    const trigger = result === "deleted" ? null : (store.trigger(key)?.trigger ?? null);
    this.#versions.set(key, [...(this.#versions.get(key) ?? []), { offset, trigger }]);
  }

  /** The last strictly between two offsets. */
  between(triggerId: string, after: number, before: number): Version | undefined {
    const versions = this.#versions.get(triggerId);
    return versions?.findLast(({ offset }) => offset > after && offset < before);
  }
}
