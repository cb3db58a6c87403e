import type { KeyRing } from "../secrets/key-ring.ts";
import { checkEvent } from "../triggers/check-event.ts";
import type { TriggerCheck, TriggerRules } from "../triggers/check-trigger.ts";
import type { Auth, Problem, Trigger } from "../triggers/trigger.ts";
import { withSaved } from "./masked-secrets.ts";
import { isRecord } from "./mapping.ts";

/** What files call the secret of each scheme; the topic has one name for both. */
export const secretNames = { basic: "password", bearer: "token" } as const satisfies Record<
  Auth["scheme"],
  string
>;

type FileTrigger = Readonly<Record<string, unknown>>;

function authOf({ action }: FileTrigger): Readonly<Record<string, unknown>> | undefined {
  const auth = isRecord(action) ? action["auth"] : undefined;
  return isRecord(auth) ? auth : undefined;
}

function secretNameOf(auth: Readonly<Record<string, unknown>> | undefined): string {
  return auth?.["scheme"] === "bearer" ? secretNames.bearer : secretNames.basic;
}

/** In the form of the topic: `password` and `token` are both the secret there. */
function inTopicForm(given: FileTrigger): FileTrigger {
  const auth = authOf(given);
  if (auth === undefined) return given;
  const { [secretNameOf(auth)]: secret, ...rest } = auth;
  return { ...given, action: { ...(given["action"] as object), auth: { ...rest, secret } } };
}

/** Problems by the names that a file has. `secret` is the topic's word, and must not do by chance. */
function inFileTerms(problems: readonly Problem[], given: FileTrigger): readonly Problem[] {
  const auth = authOf(given);
  const named = problems.map((problem) =>
    problem.path === "action.auth.secret"
      ? { ...problem, path: `action.auth.${secretNameOf(auth)}` }
      : problem,
  );
  if (auth === undefined || !("secret" in auth)) return named;
  return [...named, { path: "action.auth.secret", message: "is not a known property" }];
}

export interface FileRules extends TriggerRules {
  /** For secrets that somebody has copied out of the topic. */
  readonly keyRing: KeyRing;
  /** The version that is in force; what the file has masked is kept from it. */
  readonly saved: Trigger | undefined;
  /** Ms since the epoch. */
  readonly now: number;
}

/** Checks what a file says, completed by what is saved. Problems name properties as the file does, and quote no value. */
export function checkFileTrigger(given: FileTrigger, rules: FileRules): TriggerCheck {
  const { keyRing, saved, now } = rules;
  const event = withSaved(inTopicForm(given), saved, now);
  const secrets = { keyRing, requireEncrypted: false };
  const checked = checkEvent(String(event["triggerId"]), event, rules, secrets);
  const problems = inFileTerms(checked.ok ? [] : checked.problems, given);
  return checked.ok && problems.length === 0 ? checked : { ok: false, problems };
}
