import type { ErrorKind } from "./error-kind.ts";

/** What the API answers with. */
export const adminErrors = {
  NOT_FOUND: { message: "There is no such thing here", retryable: false, status: 404 },
  METHOD_NOT_ALLOWED: {
    message: "That is not what can be done here; the header `allow` says what can",
    retryable: false,
    status: 405,
  },
  REQUEST_INVALID: { message: "The request is not as it has to be", retryable: false, status: 400 },
  BODY_UNREADABLE: { message: "The body is no JSON: {problem}", retryable: false, status: 400 },
  BODY_TYPE: {
    message: "A body has to be JSON, with the header `content-type: application/json`",
    retryable: false,
    status: 415,
  },
  BODY_TOO_LARGE: {
    message: "The body is larger than the {bytes} bytes that are taken here",
    retryable: false,
    status: 413,
    action: "Send less; or, where that many are admin.maxBodyBytes, have them raised.",
  },
  PRECONDITION_REQUIRED: {
    message: "It is there already: say by the header If-Match which version this is meant for",
    retryable: false,
    status: 428,
    action: "Read it first; the header ETag of the answer is what If-Match has to hold.",
  },
  TRIGGER_CHANGED: {
    message: "The trigger was changed meanwhile{by}; nothing was written over that",
    retryable: false,
    status: 412,
    action: "Read it anew, and do there what was meant to be done.",
  },
  TENANT_CHANGED: {
    message: "The licence was changed meanwhile{by}; nothing was written over that",
    retryable: false,
    status: 412,
    action: "Read it anew, and do there what was meant to be done.",
  },
  TRIGGER_EXISTS: {
    message: "There is a trigger with this id already",
    retryable: false,
    status: 409,
  },
  LICENCE_EXCEEDED: {
    message:
      "The tenant has {triggers} triggers, and its licence covers {maxTriggers} (maxTriggers)",
    retryable: false,
    status: 409,
    action: "Delete a trigger, or have the licence raised.",
  },
  TENANT_INVALID: {
    message: "The tenant is not valid:\n{problems}",
    retryable: false,
    status: 400,
  },
  TOO_MANY_REQUESTS: {
    message: "Too many requests in a minute: admin.requestsPerMinute allows {limit}",
    retryable: true,
    status: 429,
  },
  ANSWER_OVERDUE: {
    message: "The answer took too long; whether anything was done is not known",
    retryable: true,
    status: 503,
  },
  ADMIN_NOT_READY: {
    message: "The service is starting, or stopping: it does not answer at the moment",
    retryable: true,
    status: 503,
  },
  FAULT: {
    message: "The request could not be answered",
    retryable: false,
    status: 500,
    action: "A fault of Onhook: the log line admin.failed has the cause; report it.",
  },
} as const satisfies Record<string, ErrorKind>;
