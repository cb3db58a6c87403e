import type { SendFailureReason } from "../delivery/http-request.ts";
import { OnhookError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";

const verifyCodes: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "HOSTNAME_MISMATCH",
]);

const tlsCode = /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|EPROTO$)/;

const sentences: Readonly<Record<SendFailureReason, string>> = {
  timeout: "no whole answer came in time",
  connection: "the connection failed or what came over it was no HTTP",
  tls: "no secure connection could be agreed on",
  dns: "the name of the host could not be resolved",
  "blocked-address": "requests to this address or port are refused",
  aborted: "given up because the service stops",
};

/** The code of an error, if it is one: not whatever text a property of that name holds. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[A-Z][A-Z0-9_/]+$/.test(code) ? code : undefined;
}

function reasonOf(code: string): SendFailureReason {
  switch (code) {
    case "ADDRESS_REFUSED":
      return "blocked-address";
    case "HOST_UNRESOLVED":
      return "dns";
    case "ETIMEDOUT":
      return "timeout";
    default:
      return tlsCode.test(code) || verifyCodes.has(code) ? "tls" : "connection";
  }
}

/**
 * Why a request failed, and the code that says it most closely. What has no other name is a failed connection, an answer
 * that is no HTTP included. Sources of the codes: Node, OpenSSL's verify results, undici.
 */
export function causeOf(error: Error): {
  readonly reason: SendFailureReason;
  readonly code: string | undefined;
} {
  const code = codeOf(error);
  if (code === undefined) return { reason: "connection", code };
  const reason = reasonOf(code);
  // What our own errors say beyond their reason is in their cause, if anywhere.
  return { reason, code: error instanceof OnhookError ? codeOf(error.cause) : code };
}

/** The failure in words. Errors' own messages are not repeated: they hold addresses, names and pieces of the answer. */
export function failureMessage(reason: SendFailureReason, code?: string): string {
  return code === undefined ? sentences[reason] : `${sentences[reason]} (${code})`;
}

/** Errors of ours whose own words say more than their reason, and hold nothing of the request. */
const tellingCodes: ReadonlySet<ErrorCode> = new Set(["PROXY_FAILED", "ANSWER_ENDLESS"]);

/** Why a request failed, for the program and for people. */
export function failureOf(error: Error): {
  readonly reason: SendFailureReason;
  readonly message: string;
} {
  const { reason, code } = causeOf(error);
  const telling = error instanceof OnhookError && tellingCodes.has(error.code);
  return { reason, message: telling ? error.message : failureMessage(reason, code) };
}
