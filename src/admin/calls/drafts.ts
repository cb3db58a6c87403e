import type { TriggerChecker } from "../../configuration/trigger-checker.ts";
import { checkedForm, namedByApi } from "../configuration/trigger-form.ts";
import { ownTrigger } from "../../configuration/own-trigger.ts";
import { newTriggerId } from "./parts.ts";
import type { Drafts, TriggersNow } from "./parts.ts";

/** Unsaved triggers, checked as those that are to be saved. */
export function createDrafts(
  triggers: Pick<TriggersNow, "trigger" | "refused">,
  checker: Pick<TriggerChecker, "check">,
): Drafts {
  return {
    async trigger(tenantId, draft) {
      const saved =
        draft.triggerId === undefined
          ? undefined
          : ownTrigger(triggers, tenantId, draft.triggerId).trigger;
      const triggerId = saved?.triggerId ?? newTriggerId;
      const path = { tenantId, ...(saved && { triggerId }) };
      const given = { ...checkedForm(draft.trigger, path), tenantId, triggerId };
      return namedByApi(() => checker.check(given, saved));
    },
  };
}
