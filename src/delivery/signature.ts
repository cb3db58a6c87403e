import { createHmac, createSecretKey, sign } from "node:crypto";
import { OnhookError } from "../errors.ts";
import { ed25519Key, secretBytes, secretKindOf } from "../secrets/signing-secret.ts";

/** What is signed of one attempt. */
export interface Signed {
  /** The header `webhook-id`. */
  readonly id: string;
  /** The header `webhook-timestamp`: seconds since the epoch. */
  readonly timestamp: number;
  /** The body as sent; the empty string where there is none. */
  readonly body: Buffer | string;
}

export interface Signable extends Signed {
  /** `whsec_` and the key in base64; or `whsk_` and the seed of an Ed25519 key, alone or with its public half. */
  readonly secret: string;
}

/** Signs attempts with one secret. */
export type Signer = (signed: Signed) => string;

/** The key is made once: to make a key object of its bytes takes Node several times as long as to sign with it. */
function hmacSigner(secret: string): Signer {
  const bytes = secretKindOf(secret) === "hmac" ? secretBytes(secret, "hmac") : null;
  if (bytes === null) throw new OnhookError("SECRET_INVALID");
  const key = createSecretKey(bytes);
  return ({ id, timestamp, body }) => {
    const mac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body);
    return `v1,${mac.digest("base64")}`;
  };
}

function ed25519Signer(secret: string): Signer {
  const bytes = secretKindOf(secret) === "ed25519" ? secretBytes(secret, "ed25519") : null;
  const key = bytes && ed25519Key(bytes);
  if (key === null) throw new OnhookError("SECRET_INVALID");
  return ({ id, timestamp, body }) => {
    const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
    return `v1a,${sign(null, signed, key).toString("base64")}`;
  };
}

/**
 * Signs one attempt: HMAC-SHA256 over `<id>.<timestamp>.<body>`, as `v1,<base64>`. Source: Standard Webhooks, symmetric
 * signatures. Throws SECRET_INVALID, which does not repeat the secret.
 */
export function signV1({ secret, ...signed }: Signable): string {
  return hmacSigner(secret)(signed);
}

/** The same with Ed25519, as `v1a,<base64>`. Source: Standard Webhooks, asymmetric signatures. Throws SECRET_INVALID. */
export function signV1a({ secret, ...signed }: Signable): string {
  return ed25519Signer(secret)(signed);
}

/** Makes what signs as the secret's kind says. Throws SECRET_INVALID. */
export function createSigner(secret: string): Signer {
  return secretKindOf(secret) === "ed25519" ? ed25519Signer(secret) : hmacSigner(secret);
}

/** Signs as the secret's kind says. Throws SECRET_INVALID. */
export function signatureOf({ secret, ...signed }: Signable): string {
  return createSigner(secret)(signed);
}

const known = new WeakMap<readonly string[], Map<string, Signer>>();

/**
 * What signs with one of a trigger's secrets; made when it is first needed, and kept for as long as that version of the
 * trigger is, so that no key outlives it. Throws SECRET_INVALID.
 */
export function signerOf(secrets: readonly string[], secret: string): Signer {
  let signers = known.get(secrets);
  if (signers === undefined) {
    signers = new Map();
    known.set(secrets, signers);
  }
  let signer = signers.get(secret);
  if (signer === undefined) {
    signer = createSigner(secret);
    signers.set(secret, signer);
  }
  return signer;
}
