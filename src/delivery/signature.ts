import { createHmac } from "node:crypto";
import { OnhookError } from "../errors.ts";

const prefix = "whsec_";

function keyOf(secret: string): Buffer {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : "";
  const key = Buffer.from(encoded, "base64");
  // Node skips what is not base64: a key that came out of a damaged secret would sign what nobody can verify.
  const whole = key.toString("base64").replaceAll("=", "") === encoded.replaceAll("=", "");
  if (key.length === 0 || !whole) throw new OnhookError("SECRET_INVALID");
  return key;
}

export interface Signable {
  /** `whsec_` and the key in base64. */
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
  const mac = createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.`).update(body);
  return `v1,${mac.digest("base64")}`;
}
