import { createSecretKey } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** A key of the ring. The bytes are out of sight: whatever prints the object shows none of them. */
export interface RingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys that secrets of triggers are encrypted with. */
export interface KeyRing {
  /** What is written from now on is encrypted with it; null: secrets are written as they are. */
  readonly active: RingKey | null;
  /** All keys by their ids: what was written with any of them can be read. */
  readonly keys: ReadonlyMap<string, RingKey>;
}

export const emptyKeyRing: KeyRing = { active: null, keys: new Map() };

/** `<id>:<base64 of 32 bytes>`, and where it was written, for messages. */
export interface WrittenKey {
  readonly text: string;
  readonly where: string;
}

const form = /^([\w.-]{1,64}):([A-Za-z0-9+/]{43}=)$/;

function readKey(text: string): RingKey | null {
  const [, id = "", base64 = ""] = form.exec(text) ?? [];
  const bytes = Buffer.from(base64, "base64");
  return bytes.length === 32 ? { id, key: createSecretKey(bytes) } : null;
}

/**
 * Makes a ring. `activeId` names the key to encrypt with; null: the first one written. Gives what is wrong as text that
 * repeats no key.
 */
export function readKeyRing(
  written: readonly WrittenKey[],
  activeId: string | null,
): KeyRing | { readonly problem: string } {
  const keys = new Map<string, RingKey>();
  for (const { text, where } of written) {
    const key = readKey(text);
    if (key === null)
      return { problem: `${where} is not an id, a colon and the base64 of 32 bytes` };
    if (keys.has(key.id)) return { problem: `${where} has the id of another key, ${key.id}` };
    keys.set(key.id, key);
  }
  const active = activeId === null ? keys.values().next().value : keys.get(activeId);
  if (activeId !== null && active === undefined)
    return { problem: "secrets.activeKey names none of the keys" };
  return { active: active ?? null, keys };
}
