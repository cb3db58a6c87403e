import type { HttpResult } from "./http-request.ts";

/** What the other side's behaviour means. A customer's 500 is an outcome like any other, no exception. */
export type Outcome =
  | { readonly kind: "delivered"; readonly status: number }
  /** Worth another try, as often as the trigger allows, no sooner than `waitMs` from now where the answer asks for it. */
  | {
      readonly kind: "failed";
      readonly reason: FailureReason;
      readonly status: number | null;
      readonly error: string;
      readonly waitMs: number;
    }
  /** No further try can help. */
  | {
      readonly kind: "final";
      readonly reason: FailureReason;
      readonly status: number | null;
      readonly error: string;
    }
  /** We stopped it ourselves; it counts as not tried. */
  | { readonly kind: "aborted" };

export type FailureReason =
  | "status"
  | "redirect"
  | "gone"
  | "timeout"
  | "connection"
  | "tls"
  | "dns"
  | "blocked-address"
  | "unbuildable";

const clock = "\\d\\d:\\d\\d:\\d\\d";
const month = "[A-Z][a-z]{2}";
/** The three forms of an HTTP date; the last, of C's asctime, has no zone, and means GMT. Source: RFC 9110, section 5.6.7. */
const dateWithZone = new RegExp(
  `^(?:[A-Z][a-z]{2}, \\d\\d ${month} \\d{4}|[A-Z][a-z]{2,5}day, \\d\\d-${month}-\\d\\d) ${clock} GMT$`,
);
const dateWithoutZone = new RegExp(`^[A-Z][a-z]{2} ${month} [ \\d]\\d ${clock} \\d{4}$`);

/** Ms since the epoch; NaN where the text is no HTTP date: `Date.parse` alone takes much for one that is none. */
function parseHttpDate(text: string): number {
  if (dateWithZone.test(text)) return Date.parse(text);
  return dateWithoutZone.test(text) ? Date.parse(`${text} GMT`) : NaN;
}

/** Reads `Retry-After`: seconds or an HTTP date. Returns ms from `now`, 0 when there is none or it makes no sense. */
export function retryAfterMs(text: string | null, now: number): number {
  if (text === null) return 0;
  if (/^\s*\d{1,9}\s*$/.test(text)) return Number(text) * 1000;
  const date = parseHttpDate(text.trim());
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

function ofStatus(
  status: number,
  retryAfter: string | null,
  now: number,
  maxWaitMs: number,
): Outcome {
  if (status >= 200 && status < 300) return { kind: "delivered", status };
  const error = `the receiver answered ${status}`;
  if (status === 410) return { kind: "final", reason: "gone", status, error };
  if (status >= 300 && status < 400) {
    return {
      kind: "failed",
      reason: "redirect",
      status,
      error: `${error}; redirects are not followed`,
      waitMs: 0,
    };
  }
  const asked = status === 429 || status === 503 ? retryAfterMs(retryAfter, now) : 0;
  return { kind: "failed", reason: "status", status, error, waitMs: Math.min(asked, maxWaitMs) };
}

/**
 * Classifies what came of a request. Any 2xx is success; 410 and a refused address are final; all else is a failure
 * that is retried. `Retry-After` counts on 429 and 503, up to `maxWaitMs`. Source: the contract of the request.
 */
export function classify(result: HttpResult, at: { now: number; maxWaitMs: number }): Outcome {
  if (result.kind === "answer")
    return ofStatus(result.status, result.retryAfter, at.now, at.maxWaitMs);
  const { reason, message } = result;
  switch (reason) {
    case "aborted":
      return { kind: "aborted" };
    case "blocked-address":
      return { kind: "final", reason, status: null, error: message };
    case "timeout":
    case "connection":
    case "tls":
    case "dns":
      return { kind: "failed", reason, status: null, error: message, waitMs: 0 };
    default:
      return reason satisfies never;
  }
}
