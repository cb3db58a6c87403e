import type { KeyRing } from "../secrets/key-ring.ts";
import { isSealed, open, seal } from "../secrets/sealed-text.ts";
import { isEmpty } from "./shape-problems.ts";
import type { Problem, Trigger } from "./trigger.ts";

/** One secret of a trigger. */
interface SecretPlace {
  /** For people: `action.secrets[0]`. */
  readonly path: string;
  /** What it is bound to besides its trigger. Not its place in a list, which changes whenever a secret is put in front. */
  readonly property: string;
}

type Replace = (text: string, place: SecretPlace) => string;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inList(list: unknown, replace: Replace): unknown {
  if (!Array.isArray(list)) return list;
  return list.map((each: unknown, index) => {
    const place = { path: `action.secrets[${index}]`, property: "action.secrets" };
    return typeof each === "string" ? replace(each, place) : each;
  });
}

function inHeaders(headers: unknown, replace: Replace): unknown {
  if (!isRecord(headers)) return headers;
  const entries = Object.entries(headers).map(([name, value]) => {
    const place = {
      path: `action.headers.${name}`,
      property: `action.headers.${name.toLowerCase()}`,
    };
    return [name, typeof value === "string" ? replace(value, place) : value] as const;
  });
  return Object.fromEntries(entries);
}

function inAuth(auth: unknown, replace: Replace): unknown {
  if (!isRecord(auth) || typeof auth["secret"] !== "string") return auth;
  const property = "action.auth.secret";
  return { ...auth, secret: replace(auth["secret"], { path: property, property }) };
}

/** The trigger with each of its secrets replaced; whatever else it is, or is not, stays. */
function replaced(trigger: unknown, replace: Replace): unknown {
  if (!isRecord(trigger) || !isRecord(trigger["action"])) return trigger;
  const { action } = trigger;
  return {
    ...trigger,
    action: {
      ...action,
      ...("secrets" in action && { secrets: inList(action["secrets"], replace) }),
      ...("headers" in action && { headers: inHeaders(action["headers"], replace) }),
      ...("auth" in action && { auth: inAuth(action["auth"], replace) }),
    },
  };
}

function placeOf(triggerId: string, { property }: SecretPlace): string {
  return `${triggerId}\n${property}`;
}

/** With which keys the secrets of an event were encrypted; null stands for those that were not. */
export type SecretKeys = ReadonlySet<string | null>;

const noKeys: SecretKeys = new Set();
const plainKeys: SecretKeys = new Set([null]);

/** With which keys the secrets of a trigger are encrypted, if it is seen at a glance that none is; else undefined. */
export function keysOfPlain({ action }: Trigger): SecretKeys | undefined {
  const { secrets, headers, auth } = action;
  if (auth !== null || !isEmpty(headers) || secrets.some(isSealed)) return undefined;
  return secrets.length === 0 ? noKeys : plainKeys;
}

export interface OpenedTrigger {
  /** The event with its secrets in plain, as far as they could be opened. */
  readonly value: unknown;
  readonly keys: SecretKeys;
  readonly problems: readonly Problem[];
}

export interface SecretRules {
  readonly keyRing: KeyRing;
  /** Secrets that are not encrypted are refused. */
  readonly requireEncrypted: boolean;
}

/** Decrypts the secrets of a trigger's event. Each that can't be is a problem, which names its property and repeats nothing of it. */
export function openTrigger(triggerId: string, event: unknown, rules: SecretRules): OpenedTrigger {
  const keys = new Set<string | null>();
  const problems: Problem[] = [];
  const value = replaced(event, (text, place) => {
    const { path } = place;
    if (!isSealed(text)) {
      keys.add(null);
      const message = "is not encrypted, which secrets.requireEncrypted asks for";
      if (rules.requireEncrypted) problems.push({ path, message });
      return text;
    }
    const opened = open(text, rules.keyRing, placeOf(triggerId, place));
    if ("problem" in opened) {
      problems.push({ path, message: opened.problem });
      return text;
    }
    keys.add(opened.keyId);
    return opened.plain;
  });
  return { value, keys, problems };
}

/**
 * Encrypts the secrets of a trigger with the ring's active key; without one it stays as it is. So does a secret that is
 * encrypted already: who writes back what was read from the topic must not encrypt it twice.
 */
export function sealTrigger(trigger: Trigger, { active }: KeyRing): Trigger {
  if (active === null) return trigger;
  const { triggerId } = trigger;
  return replaced(trigger, (text, place) =>
    isSealed(text) ? text : seal(text, active, placeOf(triggerId, place)),
  ) as Trigger;
}
