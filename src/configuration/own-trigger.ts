import { OnhookError } from "../errors.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import type { TriggerState } from "../triggers/trigger-table.ts";
import { savedId } from "./saved-id.ts";

type Store = Pick<TriggerStore, "trigger" | "refused">;

/** A tenant's trigger, its id in capitals or not; undefined where it is none of this tenant's, whoever else has one. */
export function findOwn(store: Store, tenantId: string, written: string): TriggerState | undefined {
  const state = store.trigger(savedId(store, written));
  return state?.trigger.tenantId === tenantId ? state : undefined;
}

/** The same; throws NOT_FOUND. */
export function ownTrigger(store: Store, tenantId: string, written: string): TriggerState {
  const state = findOwn(store, tenantId, written);
  if (state === undefined) throw new OnhookError("NOT_FOUND");
  return state;
}
