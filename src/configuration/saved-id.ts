import type { TriggerStore } from "../triggers/trigger-store.ts";

/**
 * The id under which a trigger is saved. Ids are keys, and keys that differ in capitals are two triggers; so Onhook
 * writes and looks for them in small letters, but for those that somebody else has written otherwise.
 */
export function savedId(store: Pick<TriggerStore, "trigger" | "refused">, written: string): string {
  const isThere = store.trigger(written) !== undefined || store.refused(written) !== undefined;
  return isThere ? written : written.toLowerCase();
}
