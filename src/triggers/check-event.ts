import { checkTrigger } from "./check-trigger.ts";
import type { TriggerCheck, TriggerRules } from "./check-trigger.ts";
import { keysOfPlain, openTrigger } from "./trigger-secrets.ts";
import type { SecretKeys, SecretRules } from "./trigger-secrets.ts";
import type { Trigger } from "./trigger.ts";
import { isUsualTrigger } from "./usual-trigger.ts";

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

/**
 * The same of an event that was read from its bytes, which takes a fraction of that where it is like most. `asRead`: what
 * passed says exactly what the bytes say.
 */
export function checkReadEvent(
  triggerId: string,
  event: Trigger,
  rules: TriggerRules,
  secrets: SecretRules,
): EventCheck & { readonly asRead: boolean } {
  const plain = secrets.requireEncrypted ? undefined : keysOfPlain(event);
  const { value, keys, problems } =
    plain === undefined
      ? openTrigger(triggerId, event, secrets)
      : { value: event, keys: plain, problems: [] };
  const trigger = value as Trigger;
  if (problems.length === 0 && triggerId === trigger.triggerId && isUsualTrigger(trigger, rules))
    return { ok: true, trigger, keys, asRead: plain !== undefined };
  return { ...checkEvent(triggerId, event, rules, secrets), asRead: false };
}
