import type { AnyEvent, EventOf } from "../../src/observability/any-event.ts";

const error = new Error("the broker went away");

/** One event of each type of those who ask, and what they were answered. */
export const sampleAdminEvents = {
  "token.applied": {
    type: "token.applied",
    key: "0123456789abcdef",
    offset: 3,
    result: "refused",
    problems: ["role is none that there is"],
  },
  "access.refused": { type: "access.refused", reason: "token-unknown", locked: true },
  "access.sessions-end-here": { type: "access.sessions-end-here" },
  "oidc.failed": { type: "oidc.failed", error },
  "admin.answered": {
    type: "admin.answered",
    operation: "readTrigger",
    method: "GET",
    status: 200,
    code: null,
    durationMs: 3,
    principal: "token:abc",
    tenantId: "t1",
  },
  "admin.failed": { type: "admin.failed", operation: "readTrigger", error },
} satisfies { readonly [T in AnyEvent["type"]]?: EventOf<T> };
