import type { ErrorKind } from "./error-kind.ts";

/** Who may ask. */
export const accessErrors = {
  UNAUTHENTICATED: {
    message: "Nobody is signed in, or what was given to sign in with counts for nothing (any more)",
    retryable: false,
    status: 401,
    action: "Send a token in the header `authorization: Bearer …`, or sign in to the portal anew.",
  },
  FORBIDDEN: {
    message: "That needs the scope {scope}",
    retryable: false,
    status: 403,
    action: "Use a token with that scope, of a role that has it: docs/access.md.",
  },
  CROSS_SITE: {
    message: "A page of another site made the browser send this request",
    retryable: false,
    status: 403,
  },
  TOO_MANY_ATTEMPTS: {
    message: "Too many credentials were refused; wait {retryAfterSeconds} s",
    retryable: true,
    status: 429,
  },
  OIDC_UNREACHABLE: {
    message: "The OpenID Connect provider {issuer} can't be asked: {problem}",
    retryable: true,
    status: 503,
    action:
      "Look at admin.oidc.issuer, and whether this process reaches the provider. Tokens, sessions and keys that are known go on working.",
  },
  TOKEN_TENANT: {
    message: "A token of the role tenant-admin belongs to a tenant: name it in tenantId",
    retryable: false,
    status: 400,
  },
  TOKEN_SCOPE: {
    message: "scopes: the role {role} has no scope {scope}",
    retryable: false,
    status: 400,
    action: "docs/access.md lists the scopes of each role.",
  },
  TOKENS_EXCEEDED: {
    message:
      "No more tokens can be made: {limit} count already, which is the most for a tenant, or for the platform",
    retryable: false,
    status: 409,
    action: "Revoke tokens that are not needed any more. Expired ones don't count.",
  },
  TOKENS_UNREAD: {
    message: "The tokens could not be read within {seconds} s",
    retryable: true,
  },
  TOKEN_MISSING: {
    message: "ONHOOK_TOKEN is not set: it has to hold a token with the scope tokens:write",
    retryable: false,
    action: "`onhook token create --role operator --name …` makes one.",
  },
  API_UNUSABLE: {
    message: "The API at {url} can't be used: {problem}",
    retryable: false,
    action:
      "Look at --url, http.port and ONHOOK_TOKEN, and whether the service runs with the role admin.",
  },
  TOKEN_UNKNOWN: { message: "There is no token {tokenId}", retryable: false, status: 404 },
} as const satisfies Record<string, ErrorKind>;
