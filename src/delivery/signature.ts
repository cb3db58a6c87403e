import { createHmac, sign } from "node:crypto";
import { OnhookError } from "../errors.ts";
import { ed25519Key, secretBytes, secretKindOf } from "../secrets/signing-secret.ts";

export interface Signable {
  /** `whsec_` and the key in base64; or `whsk_` and the seed of an Ed25519 key, alone or with its public half. */
  readonly secret: string;
  /** The header `webhook-id`. */
  readonly id: string;
  /** The header `webhook-timestamp`: seconds since the epoch. */
  readonly timestamp: number;
  /** The body as sent; the empty string where there is none. */
  readonly body: Buffer | string;
}

/**
 * Signs one attempt: HMAC-SHA256 over `<id>.<timestamp>.<body>`, as `v1,<base64>`. Source: Standard Webhooks, symmetric
 * signatures. Throws SECRET_INVALID, which does not repeat the secret.
 */
export function signV1({ secret, id, timestamp, body }: Signable): string {
  const key = secretKindOf(secret) === "hmac" ? secretBytes(secret, "hmac") : null;
  if (key === null) throw new OnhookError("SECRET_INVALID");
  const mac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body);
  return `v1,${mac.digest("base64")}`;
}

/** The same with Ed25519, as `v1a,<base64>`. Source: Standard Webhooks, asymmetric signatures. Throws SECRET_INVALID. */
export function signV1a({ secret, id, timestamp, body }: Signable): string {
  const bytes = secretKindOf(secret) === "ed25519" ? secretBytes(secret, "ed25519") : null;
  const key = bytes && ed25519Key(bytes);
  if (key === null) throw new OnhookError("SECRET_INVALID");
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  return `v1a,${sign(null, signed, key).toString("base64")}`;
}

/** Signs as the secret's kind says. Throws SECRET_INVALID. */
export function signatureOf(signable: Signable): string {
  return secretKindOf(signable.secret) === "ed25519" ? signV1a(signable) : signV1(signable);
}
