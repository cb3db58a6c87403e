import { randomBytes } from "node:crypto";
import { OnhookError } from "../errors.ts";
import { newSigningSecret, publicKeyOf } from "../secrets/signing-secret.ts";
import type { SecretKind } from "../secrets/signing-secret.ts";
import type { Trigger } from "../triggers/trigger.ts";
import type { SecretKeys } from "../triggers/trigger-secrets.ts";
import { editTrigger, withConfigSession } from "./config-session.ts";
import type { ConfigSession } from "./config-session.ts";
import type { CommandContext, Output } from "./context.ts";

/** A secret is printed alone on its line, its public key on the next one: so a script can take it. */
export function printSecret(output: Output, secret: string): void {
  output.out(secret);
  const publicKey = publicKeyOf(secret);
  if (publicKey !== null) output.out(publicKey);
}

/** `onhook secrets generate`: a new signing secret, which nothing knows yet. */
export function secretsGenerate(output: Output, { kind }: { kind: SecretKind }): void {
  printSecret(output, newSigningSecret(kind));
}

/** `onhook secrets key`: a new key for the key ring. */
export function secretsKey(output: Output, id: string): void {
  output.out(`${id}:${randomBytes(32).toString("base64")}`);
}

/** Whether secrets are all encrypted with that key; also where there are none. */
function allWith(keyId: string, keys: SecretKeys): boolean {
  return keys.size === 0 || (keys.size === 1 && keys.has(keyId));
}

/** Encrypts one trigger anew where it has to be. Says whether it had to be. */
async function rotate(
  session: ConfigSession,
  about: Pick<Trigger, "triggerId" | "tenantId">,
  keyId: string,
): Promise<boolean> {
  const { store } = session;
  const { triggerId } = about;
  const told = { action: "trigger.replaced", properties: ["action.secrets"] } as const;
  const edited = await editTrigger(session, about, told, (trigger) =>
    allWith(keyId, store.origin(triggerId)?.keys ?? new Set()) ? null : trigger,
  );
  return edited.written;
}

/** Secrets in plain are what this command is to mend: it must not refuse them. */
function takingPlain(context: CommandContext): CommandContext {
  const { config } = context;
  return {
    ...context,
    config: { ...config, secrets: { ...config.secrets, requireEncrypted: false } },
  };
}

/**
 * `onhook secrets rotate`: encrypts all secrets with the active key that are in plain or encrypted with another. A
 * trigger whose newest event was refused is left, and named: its last valid version must not overwrite that event.
 * Rejects with KEY_RING_EMPTY, SECRETS_LEFT.
 */
export async function secretsRotate(context: CommandContext): Promise<void> {
  await withConfigSession(takingPlain(context), async (session) => {
    const { store, keyRing } = session;
    if (keyRing.active === null) throw new OnhookError("KEY_RING_EMPTY");
    const { id } = keyRing.active;
    const left = [...store.refusedEvents()];
    const leftIds = new Set(left.map(({ triggerId }) => triggerId));
    const ids = [...store.all()]
      .map(({ trigger: { triggerId, tenantId } }) => ({ triggerId, tenantId }))
      .filter(({ triggerId }) => !leftIds.has(triggerId));
    let count = 0;
    for (const trigger of ids) if (await rotate(session, trigger, id)) count += 1;
    context.out(
      `encrypted ${count} of ${ids.length} triggers with key ${id}; the others needed nothing`,
    );
    for (const { triggerId, offset } of left)
      context.err(`onhook: left ${triggerId}: its event at offset ${offset} was refused`);
    if (left.length > 0) throw new OnhookError("SECRETS_LEFT", { count: left.length });
  });
}
