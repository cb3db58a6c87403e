import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { KeyRing, RingKey } from "./key-ring.ts";

/*
 * A sealed text is `enc:v1:<key id>:<base64 of iv|ciphertext|tag>`: AES-256-GCM, an iv of 12 random bytes, a tag of 16.
 * Where it belongs is authenticated with it, so that it opens nowhere else.
 */

const prefix = "enc:v1:";
const form = /^enc:v1:([\w.-]{1,64}):([A-Za-z0-9+/]+={0,2})$/;
const cipher = "aes-256-gcm";
const ivLength = 12;
const tagLength = 16;

export function isSealed(text: string): boolean {
  return text.startsWith(prefix);
}

/** Seals a text for one place; `place` must be given to open it again. */
export function seal(plain: string, { id, key }: RingKey, place: string): string {
  const iv = randomBytes(ivLength);
  const sealing = createCipheriv(cipher, key, iv, { authTagLength: tagLength });
  sealing.setAAD(Buffer.from(place));
  const parts = [iv, sealing.update(plain, "utf8"), sealing.final(), sealing.getAuthTag()];
  return `${prefix}${id}:${Buffer.concat(parts).toString("base64")}`;
}

export type Opened =
  | { readonly plain: string; readonly keyId: string }
  | { readonly problem: string };

/** Opens a sealed text, or says why it can't be, quoting nothing but the key's id. */
export function open(text: string, ring: KeyRing, place: string): Opened {
  const [, keyId = "", base64 = ""] = form.exec(text) ?? [];
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length < ivLength + tagLength)
    return { problem: "is encrypted in no form that is known" };
  const found = ring.keys.get(keyId);
  if (found === undefined)
    return { problem: `is encrypted with the key ${keyId}, which the key ring does not have` };
  const opening = createDecipheriv(cipher, found.key, bytes.subarray(0, ivLength), {
    authTagLength: tagLength,
  });
  opening.setAAD(Buffer.from(place));
  opening.setAuthTag(bytes.subarray(-tagLength));
  try {
    const plain = [opening.update(bytes.subarray(ivLength, -tagLength)), opening.final()];
    return { plain: Buffer.concat(plain).toString("utf8"), keyId };
  } catch {
    // All that OpenSSL says is that the tag does not fit.
    return {
      problem: `can not be decrypted: it was damaged, encrypted for another trigger or property, or with another key of the id ${keyId}`,
    };
  }
}
