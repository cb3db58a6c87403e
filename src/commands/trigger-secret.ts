import { OnhookError } from "../errors.ts";
import { changedSecrets } from "../configuration/changed-secrets.ts";
import type { SecretChange } from "../configuration/changed-secrets.ts";
import { savedId } from "../configuration/saved-id.ts";
import { newSigningSecret } from "../secrets/signing-secret.ts";
import type { SecretKind } from "../secrets/signing-secret.ts";
import type { Action } from "../triggers/trigger.ts";
import { editTrigger, withConfigSession } from "./config-session.ts";
import type { CommandContext } from "./context.ts";
import { printSecret } from "./secrets.ts";
import { assertId, known } from "./triggers.ts";

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
    const state = known(store.trigger(triggerId), triggerId);
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
    const action = rotate ? "trigger.secret-rotated" : "trigger.old-secrets-dropped";
    const told = { action, properties: ["action.secrets"] } as const;
    const { version: trigger } = await editTrigger(session, state.trigger, told, (each) => ({
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
    (error.code === "CONFIG_UNCONFIRMED" || error.code === "CONFIG_IN_DOUBT")
  );
}
