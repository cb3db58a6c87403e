import type { ErrorKind } from "./error-kind.ts";

/** Of the requests to receivers. */
export const requestsErrors = {
  SECRET_INVALID: {
    message: "A signing secret is neither whsec_ nor whsk_ followed by a key in base64",
    retryable: false,
  },
  ADDRESS_RANGE_INVALID: {
    message: "Not an address range in CIDR notation: {range}",
    retryable: false,
  },
  HOST_UNRESOLVED: {
    message: "The receiver's name could not be resolved: {problem}",
    retryable: true,
  },
  ADDRESS_REFUSED: { message: "The receiver is refused: {problem}", retryable: false },
  CA_BUNDLE_INVALID: { message: "Not a usable CA bundle: {problem}", retryable: false },
  REQUEST_UNSENDABLE: { message: "The request can not be sent: {problem}", retryable: false },
} as const satisfies Record<string, ErrorKind>;
