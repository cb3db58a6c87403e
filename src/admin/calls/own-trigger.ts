import { OnhookError } from "../../errors.ts";
import type { TriggerState } from "../../triggers/trigger-table.ts";
import type { TriggersNow } from "./parts.ts";

/** A tenant's trigger, its id in capitals or not; undefined where it is none of this tenant's. */
export function findOwn(
  triggers: Pick<TriggersNow, "trigger">,
  tenantId: string,
  triggerId: string,
): TriggerState | undefined {
  const state = triggers.trigger(triggerId) ?? triggers.trigger(triggerId.toLowerCase());
  return state?.trigger.tenantId === tenantId ? state : undefined;
}

/** The same; throws NOT_FOUND. */
export function ownTrigger(
  triggers: Pick<TriggersNow, "trigger">,
  tenantId: string,
  triggerId: string,
): TriggerState {
  const state = findOwn(triggers, tenantId, triggerId);
  if (state === undefined) throw new OnhookError("NOT_FOUND");
  return state;
}
