import { checkTrigger } from "./check-trigger.ts";
import type { TriggerCheck, TriggerRules } from "./check-trigger.ts";
import { readTrigger } from "./trigger-bytes.ts";
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

/** An event's Avro body, by this version's schema, and what `glanceAtTrigger` makes of it. */
export interface ReadEvent {
  readonly bytes: Buffer;
  readonly glance: Trigger;
}

/**
 * The same of an event of which there are the bytes, which takes a fraction of that where it is like most. `asRead`: what
 * passed says exactly what the bytes say.
 */
export function checkReadEvent(
  triggerId: string,
  { bytes, glance }: ReadEvent,
  rules: TriggerRules,
  secrets: SecretRules,
): EventCheck & { readonly asRead: boolean } {
  const plain = secrets.requireEncrypted ? undefined : keysOfPlain(glance);
  const { value, keys, problems } =
    plain === undefined
      ? openTrigger(triggerId, glance, secrets)
      : { value: glance, keys: plain, problems: [] };
  const trigger = value as Trigger;
  if (problems.length === 0 && triggerId === trigger.triggerId && isUsualTrigger(trigger, rules))
    return { ok: true, trigger, keys, asRead: plain !== undefined };
  return { ...checkEvent(triggerId, readTrigger(bytes), rules, secrets), asRead: false };
}
