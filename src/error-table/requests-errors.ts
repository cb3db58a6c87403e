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
  PROXY_FAILED: {
    message: "The proxy of delivery.proxy.url makes no connection: {problem}",
    retryable: true,
    action:
      "Look at the proxy's own log. Requests count as failed connections of their receivers meanwhile, and use up retries.",
  },
  ANSWER_ENDLESS: {
    message: "The receiver sends far more than the head of an answer, and no answer",
    retryable: true,
    action: "Tell the owner of the receiver.",
  },
  CA_BUNDLE_INVALID: { message: "Not a usable CA bundle: {problem}", retryable: false },
  REQUEST_UNSENDABLE: { message: "The request can not be sent: {problem}", retryable: false },
} as const satisfies Record<string, ErrorKind>;
