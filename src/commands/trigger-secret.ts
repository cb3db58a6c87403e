import { OnhookError } from "../errors.ts";
import { newSigningSecret } from "../secrets/signing-secret.ts";
import type { SecretKind } from "../secrets/signing-secret.ts";
import { mostSecrets } from "../triggers/check-action.ts";
import type { Action, Trigger } from "../triggers/trigger.ts";
import { versionsOf, withConfigSession } from "./config-session.ts";
import type { CommandContext } from "./context.ts";
import { editTrigger } from "./edit-trigger.ts";
import { printSecret } from "./secrets.ts";
import { assertId, known, savedId } from "./triggers.ts";

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

function summary({ secrets, oldSecretsUntil }: Action): string {
  const [count, until] = [secrets.length, oldSecretsUntil];
  if (count < 2) return `${count} secret signs now`;
  const end =
    until === null
      ? "--drop-old ends that"
      : `the newest alone from ${new Date(until).toISOString()}`;
  return `${count} secrets sign now; ${end}`;
}

export interface TriggerSecretOptions {
  readonly rotate?: boolean;
  readonly dropOld?: boolean;
  /** Ms. */
  readonly keep?: number;
  readonly kind: SecretKind;
}

/** `onhook trigger secret`: changes a trigger's signing secrets, and prints the new one, this once, on standard output. */
export async function triggerSecret(
  context: CommandContext,
  written: string,
  { rotate = false, dropOld = false, keep, kind }: TriggerSecretOptions,
): Promise<void> {
  assertId(written);
  await withConfigSession(context, async (session) => {
    const { store, around } = session;
    const triggerId = savedId(store, written);
    known(store.trigger(triggerId), triggerId);
    const refused = store.refused(triggerId);
    if (refused !== undefined)
      throw new OnhookError("TRIGGER_REFUSED_NEWER", { triggerId, offset: refused.offset });
    const now = around.clock.now();
    const change: SecretChange = {
      added: rotate ? newSigningSecret(kind) : null,
      old: dropOld ? "dropped" : "kept",
      oldUntil: keep === undefined ? null : now + keep,
    };
    const print = (): void => {
      if (change.added !== null) printSecret(context, change.added);
    };
    const { trigger } = await editTrigger(versionsOf(session, triggerId), (each) => ({
      ...each,
      action: changedSecrets(each, change, now),
    })).catch((error: unknown) => {
      // It may sign already, so it must not be lost.
      if (mayHaveBeenWritten(error)) print();
      throw error;
    });
    if (trigger === null) throw new OnhookError("TRIGGER_UNKNOWN", { triggerId });
    print();
    context.err(`onhook: ${triggerId}: ${summary(trigger.action)}`);
  });
}

function mayHaveBeenWritten(error: unknown): boolean {
  return (
    error instanceof OnhookError &&
    (error.code === "CONFIG_UNCONFIRMED" || error.code === "CONFIG_UNWRITTEN")
  );
}
