import { randomUUID } from "node:crypto";
import type { Condition, Trigger } from "../../../src/admin/contract/triggers.ts";
import type { Problem } from "../../../src/admin/contract/shapes.ts";
import { checkTrigger } from "../../../src/triggers/check-trigger.ts";
import { compileTrigger } from "../../../src/triggers/compile-trigger.ts";
import type { CompiledTrigger } from "../../../src/triggers/compile-trigger.ts";
import { isMask, valueMask } from "../../../src/secrets/masks.ts";
import { FakeError } from "./fake-error.ts";
import { catalog } from "./fake-fields.ts";

interface WrittenAction {
  readonly secrets?: unknown;
  readonly headers?: unknown;
  readonly auth?: { readonly scheme?: unknown; readonly username?: unknown } & Record<
    string,
    unknown
  >;
}

export interface Written {
  readonly name?: unknown;
  readonly enabled?: unknown;
  readonly filters?: unknown;
  readonly action?: unknown;
}

/** Stands where a mask was: a real trigger would have the saved one there. */
function unmasked(value: string): string {
  if (!isMask(value)) return value;
  return value === valueMask ? "kept" : `whsec_${"A".repeat(44)}`;
}

function ruleAuth(auth: WrittenAction["auth"]): unknown {
  if (auth === undefined || auth === null) return null;
  const secret = auth["password"] ?? auth["token"];
  return {
    scheme: auth.scheme,
    username: auth.username ?? null,
    ...(typeof secret === "string" ? { secret: unmasked(secret) } : {}),
  };
}

/** What the rules of triggers look at: the API's names made the topic's. */
function ruleInput(written: Written): unknown {
  const action = (written.action ?? {}) as WrittenAction & Record<string, unknown>;
  const { oldSecretsUntil: _, ...rest } = action;
  return {
    ...written,
    triggerId: randomUUID(),
    tenantId: "tenant",
    action: {
      ...rest,
      ...(Array.isArray(action.secrets)
        ? { secrets: action.secrets.map(String).map(unmasked) }
        : {}),
      headers: Object.fromEntries(
        Object.entries((action.headers ?? {}) as Record<string, string>).map(([name, value]) => [
          name,
          typeof value === "string" ? unmasked(value) : value,
        ]),
      ),
      auth: ruleAuth(action.auth),
    },
  };
}

/** What is wrong with an unsaved trigger, by the real rules. */
export function problemsOf(written: Written): readonly Problem[] {
  const checked = checkTrigger(ruleInput(written), { catalog, allowHttp: true });
  if (checked.ok) return [];
  return checked.problems.map(({ path, message }) => ({
    path: path.replace("action.auth.secret", "action.auth.token"),
    message,
  }));
}

/** The compiled trigger. Throws TRIGGER_INVALID with all problems. */
export function compiledOf(written: Written): CompiledTrigger {
  const checked = checkTrigger(ruleInput(written), { catalog, allowHttp: true });
  if (!checked.ok) throw new FakeError(422, "TRIGGER_INVALID", problemsOf(written));
  return compileTrigger(checked.trigger, catalog, () => undefined);
}

const masks = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.keys(values).map((name) => [name, valueMask]));

/** What a written trigger becomes, shown with its secrets masked. */
export function savedAs(written: Written, before: Trigger): Trigger {
  const { trigger } = compiledOf(written);
  const { action } = trigger;
  const { auth } = action;
  const secret = auth?.scheme === "basic" ? { password: valueMask } : { token: valueMask };
  const enabled = trigger.enabled;
  const status = enabled ? (before.status === "disabled" ? "active" : before.status) : "disabled";
  return {
    ...before,
    name: trigger.name,
    enabled,
    disabledReason: enabled ? null : before.disabledReason,
    filters: trigger.filters as Condition[],
    status,
    action: {
      ...action,
      customData: { ...action.customData },
      secrets: action.secrets.map((text) => `${text.split("_", 1)[0]}_${valueMask}`),
      oldSecretsUntil: before.action.oldSecretsUntil,
      headers: masks(action.headers),
      auth: auth && { scheme: auth.scheme, username: auth.username, ...secret },
    },
  };
}
