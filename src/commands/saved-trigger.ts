import { OnhookError } from "../errors.ts";
import { isGuid } from "../triggers/check-trigger.ts";
import type { TriggerState } from "../triggers/trigger-table.ts";
import type { TriggerStore } from "../triggers/trigger-store.ts";
import { visible } from "./terminal-text.ts";

/**
 * The trigger that somebody means by an id, capitals or not. Throws TRIGGER_ID, TRIGGER_UNKNOWN, or
 * TRIGGER_REFUSED_EVENT where all that there is of it was refused.
 */
export function savedTrigger(store: TriggerStore, written: string): TriggerState {
  if (!isGuid(written)) throw new OnhookError("TRIGGER_ID", { triggerId: visible(written) });
  const lower = written.toLowerCase();
  const state = store.trigger(written) ?? store.trigger(lower);
  if (state !== undefined) return state;
  const refused = store.refused(written) ?? store.refused(lower);
  if (refused === undefined) throw new OnhookError("TRIGGER_UNKNOWN", { triggerId: written });
  const { triggerId, offset } = refused;
  const problems = refused.problems.map(({ path, message }) => visible(`- ${path}: ${message}`));
  throw new OnhookError("TRIGGER_REFUSED_EVENT", {
    triggerId,
    offset,
    problems: problems.join("\n"),
  });
}
