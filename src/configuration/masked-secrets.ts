import { randomUUID } from "node:crypto";
import { isMask, maskOf } from "../secrets/masks.ts";
import type { Auth, Trigger } from "../triggers/trigger.ts";
import { isRecord } from "./mapping.ts";

const masked = (text: unknown): boolean => typeof text === "string" && isMask(text);

/**
 * The first masked secret of a kind is the first of that kind that is saved, and so on, wherever they stand: a new one
 * goes in front of the masked ones, and the oldest is dropped by dropping the last of them.
 */
function keptSecrets(given: unknown, saved: readonly string[]): unknown {
  if (!Array.isArray(given)) return given;
  const left = [...saved];
  return given.map((secret: unknown) => {
    if (!masked(secret)) return secret;
    const at = left.findIndex((each) => maskOf(each) === secret);
    return at < 0 ? secret : left.splice(at, 1)[0];
  });
}

function keptHeaders(given: unknown, saved: Trigger["action"]["headers"]): unknown {
  if (!isRecord(given)) return given;
  const known = new Map(Object.entries(saved).map(([name, value]) => [name.toLowerCase(), value]));
  const entries = Object.entries(given).map(([name, value]) => [
    name,
    masked(value) ? (known.get(name.toLowerCase()) ?? value) : value,
  ]);
  return Object.fromEntries(entries) as unknown;
}

/** A password belongs to its user: it is not kept for another one. */
function keptAuth(given: unknown, saved: Auth | null): unknown {
  if (!isRecord(given) || saved === null || !masked(given["secret"])) return given;
  const same = given["scheme"] === saved.scheme && (given["username"] ?? null) === saved.username;
  return same ? { ...given, secret: saved.secret } : given;
}

/** Of a saved trigger it may be unknown: that counts as the oldest of its tenant's, and has to go on so. */
function createdAt(
  given: Readonly<Record<string, unknown>>,
  saved: Trigger | undefined,
  now: number,
): unknown {
  if (saved === undefined) return given["createdAt"] ?? now;
  return saved.createdAt ?? given["createdAt"] ?? null;
}

/**
 * Fills in what a saved trigger keeps: its time of creation, and what is given as masked. A mask that nothing is saved
 * for stays, to be refused by name. Both have the form of the topic.
 */
export function withSaved(
  given: Readonly<Record<string, unknown>>,
  saved: Trigger | undefined,
  now: number,
): Readonly<Record<string, unknown>> {
  const { action } = given;
  const kept = saved?.action;
  return {
    triggerId: randomUUID(),
    ...given,
    ...(isRecord(action) && {
      action: {
        ...action,
        ...("secrets" in action && {
          secrets: keptSecrets(action["secrets"], kept?.secrets ?? []),
        }),
        ...("headers" in action && {
          headers: keptHeaders(action["headers"], kept?.headers ?? {}),
        }),
        ...("auth" in action && { auth: keptAuth(action["auth"], kept?.auth ?? null) }),
      },
    }),
    createdAt: createdAt(given, saved, now),
  };
}
