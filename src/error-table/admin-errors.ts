import type { ErrorKind } from "./error-kind.ts";

/** What the API answers with. */
export const adminErrors = {
  NOT_FOUND: { message: "There is no such thing here", retryable: false, status: 404 },
  REQUEST_INVALID: { message: "The request is not as it has to be", retryable: false, status: 400 },
  ADMIN_NOT_READY: {
    message: "The service is starting: the tables are still being read",
    retryable: true,
    status: 503,
  },
} as const satisfies Record<string, ErrorKind>;
