import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** How a secret signs: HMAC-SHA256 (`v1`), or Ed25519 (`v1a`), whose receivers hold nothing that could sign. */
export const secretKinds = ["hmac", "ed25519"] as const;
export type SecretKind = (typeof secretKinds)[number];

const prefixes = { hmac: "whsec_", ed25519: "whsk_" } as const satisfies Record<SecretKind, string>;
const publicPrefix = "whpk_";
const seedLength = 32;
/** RFC 8410: what stands before the seed in the DER of a private key. */
const derBeforeSeed = Buffer.from("302e020100300506032b657004220420", "hex");

export function secretKindOf(secret: string): SecretKind | undefined {
  return secretKinds.find((kind) => secret.startsWith(prefixes[kind]));
}

/** The bytes behind the prefix; null where they are no base64. Padding may be left out. */
export function secretBytes(secret: string, kind: SecretKind): Buffer | null {
  const encoded = secret.slice(prefixes[kind].length);
  const bytes = Buffer.from(encoded, "base64");
  // Node skips what is not base64: a key that came out of a damaged secret would sign what nobody can verify.
  const whole = bytes.toString("base64").replaceAll("=", "") === encoded.replaceAll("=", "");
  return whole && bytes.length > 0 ? bytes : null;
}

/** The private key that a `whsk_` secret's bytes stand for: a seed, or a seed and its public half. Null: they are neither. */
export function ed25519Key(bytes: Buffer): KeyObject | null {
  if (bytes.length !== seedLength && bytes.length !== 2 * seedLength) return null;
  const der = Buffer.concat([derBeforeSeed, bytes.subarray(0, seedLength)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const half = bytes.subarray(seedLength);
  return half.length === 0 || half.equals(publicBytes(key)) ? key : null;
}

function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-seedLength);
}

/** The key that receivers verify by, `whpk_<base64>`, of a `whsk_` secret; null for every other one. */
export function publicKeyOf(secret: string): string | null {
  if (secretKindOf(secret) !== "ed25519") return null;
  const key = ed25519Key(secretBytes(secret, "ed25519") ?? Buffer.alloc(0));
  return key && publicPrefix + publicBytes(key).toString("base64");
}

const problems = {
  hmac: "is not whsec_ and the base64 of 24 to 64 bytes",
  ed25519:
    "is not whsk_ and the base64 of an Ed25519 key: its seed of 32 bytes, or 64 with the public half that belongs to it",
} as const satisfies Record<SecretKind, string>;

function isSound(secret: string, kind: SecretKind): boolean {
  const bytes = secretBytes(secret, kind);
  if (bytes === null || prefixes[kind] + bytes.toString("base64") !== secret) return false;
  return kind === "hmac" ? bytes.length >= 24 && bytes.length <= 64 : ed25519Key(bytes) !== null;
}

/** What is wrong with a secret that is to be saved, undefined when nothing is. Source: Standard Webhooks, signature scheme. */
export function signingSecretProblem(secret: string): string | undefined {
  const kind = secretKindOf(secret);
  if (kind === undefined) {
    return secret.startsWith(publicPrefix)
      ? "is a public key, which can not sign: the secret one begins with whsk_"
      : "is neither a whsec_ nor a whsk_ secret";
  }
  return isSound(secret, kind) ? undefined : problems[kind];
}

/** A new secret: `whsec_` with 32 random bytes, or `whsk_` with the seed of a new Ed25519 key. */
export function newSigningSecret(kind: SecretKind): string {
  if (kind === "hmac") return prefixes.hmac + randomBytes(32).toString("base64");
  const { privateKey } = generateKeyPairSync("ed25519");
  const der = privateKey.export({ format: "der", type: "pkcs8" });
  return prefixes.ed25519 + der.subarray(derBeforeSeed.length).toString("base64");
}
