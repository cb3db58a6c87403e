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
} as const satisfies Record<string, ErrorKind>;
