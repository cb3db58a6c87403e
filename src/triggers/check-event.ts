import { checkTrigger } from "./check-trigger.ts";
import type { TriggerCheck, TriggerRules } from "./check-trigger.ts";
import { openTrigger } from "./trigger-secrets.ts";
import type { SecretKeys, SecretRules } from "./trigger-secrets.ts";

export type EventCheck =
  | (Extract<TriggerCheck, { ok: true }> & {
      /** With which keys its secrets were encrypted. */
      readonly keys: SecretKeys;
    })
  | Extract<TriggerCheck, { ok: false }>;

/** What names a tenant or a trigger must be the key of its event, by which the topic is compacted. */
export const wrongKey = "is not the key of its event";

/**
 * Checks an event of the triggers' topic, in which secrets may be encrypted. Secrets that can't be decrypted are all that
 * is told of it then: whatever else the rules say about them would be about their encrypted form.
 */
export function checkEvent(
  triggerId: string,
  event: unknown,
  rules: TriggerRules,
  secrets: SecretRules,
): EventCheck {
  const opened = openTrigger(triggerId, event, secrets);
  if (opened.problems.length > 0) return { ok: false, problems: opened.problems };
  const checked = checkTrigger(opened.value, rules);
  if (!checked.ok) return checked;
  if (checked.trigger.triggerId !== triggerId)
    return { ok: false, problems: [{ path: "triggerId", message: wrongKey }] };
  return { ...checked, keys: opened.keys };
}
