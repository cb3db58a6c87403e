import { OnhookError } from "../errors.ts";
import { mostSecrets } from "../triggers/check-action.ts";
import type { Action, Trigger } from "../triggers/trigger.ts";

export interface SecretChange {
  /** Put in front; null: there is none. */
  readonly added: string | null;
  /** Which of those before stay: all, or none but the newest where none is added. */
  readonly old: "kept" | "dropped";
  /** Until when the old ones sign, ms since the epoch; null: until they are dropped. */
  readonly oldUntil: number | null;
}

/** The action with its signing secrets changed; old ones whose time is over are dropped. Throws SECRETS_FULL. */
export function changedSecrets(
  { triggerId, action }: Trigger,
  { added, old, oldUntil }: SecretChange,
  now: number,
): Action {
  const over = action.oldSecretsUntil !== null && action.oldSecretsUntil <= now;
  const before = over ? action.secrets.slice(0, 1) : action.secrets;
  const kept = old === "kept" ? before : before.slice(0, added === null ? 1 : 0);
  const secrets = added === null ? kept : [added, ...kept];
  if (secrets.length > mostSecrets)
    throw new OnhookError("SECRETS_FULL", { triggerId, count: before.length });
  return { ...action, secrets, oldSecretsUntil: secrets.length > 1 ? oldUntil : null };
}
