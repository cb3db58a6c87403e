import { STATUS_CODES } from "node:http";
import { InputError, OnhookError, errorTable } from "../../errors.ts";
import type { ErrorCode } from "../../errors.ts";
import type { ProblemDetails } from "../contract/shapes.ts";

export const problemType = "application/problem+json";

/** An answer that says what was wrong. */
export interface ProblemAnswer {
  readonly document: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing that the client could have made otherwise: it belongs into the log. */
  readonly isFault: boolean;
}

interface Kind {
  readonly status?: number;
  readonly retryable: boolean;
}

/** How long a client is told to wait where nothing is known. */
const usualRetrySeconds = 2;

/** The status that the API answers an error of the table with. */
export function statusOf(code: ErrorCode): number {
  const { status, retryable }: Kind = errorTable[code];
  return status ?? (retryable ? 503 : 500);
}

/** What an error that the API is not made to tell says: its own words may name brokers, files, addresses. */
const withheld = "The service can not do this at the moment; its log has the cause";

function headersOf(error: OnhookError, status: number): Record<string, string> {
  const { etag, retryAfterSeconds, allow } = error.details;
  const headers: Record<string, string> = {};
  if (typeof etag === "string") headers["etag"] = `"${etag}"`;
  if (typeof allow === "string") headers["allow"] = allow;
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (typeof retryAfterSeconds === "number")
    headers["retry-after"] = String(Math.ceil(retryAfterSeconds));
  else if (status === 503) headers["retry-after"] = String(usualRetrySeconds);
  return headers;
}

/** The answer for an error, after RFC 9457. What is no error of the table is a FAULT, of which nothing is told. */
export function problemAnswer(given: unknown): ProblemAnswer {
  const error = given instanceof OnhookError ? given : new OnhookError("FAULT");
  const { code } = error;
  const status = statusOf(code);
  const isTold = "status" in errorTable[code];
  return {
    document: {
      type: `urn:onhook:error:${code}`,
      title: STATUS_CODES[status] ?? "Error",
      status,
      detail: isTold ? error.message : withheld,
      code,
      ...(error instanceof InputError && { problems: [...error.problems] }),
    },
    headers: headersOf(error, status),
    isFault: !(given instanceof OnhookError) || !isTold,
  };
}
