import type { RefusedTrigger, TriggerState } from "../triggers/trigger-table.ts";

/** What stands for a version of a trigger: where its event is, and where a newer one is that was refused. */
export function triggerTag(
  { offset }: Pick<TriggerState, "offset">,
  refused?: RefusedTrigger,
): string {
  return refused === undefined ? String(offset) : `${offset}-${refused.offset}`;
}
