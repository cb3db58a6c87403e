import type { ErrorKind } from "./error-kind.ts";

/** What is remembered. */
export const historyErrors = {
  CURSOR_INVALID: {
    message: "The cursor is none that a page of this list has given",
    retryable: false,
    status: 400,
  },
} as const satisfies Record<string, ErrorKind>;
