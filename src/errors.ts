import { accessErrors } from "./error-table/access-errors.ts";
import { adminErrors } from "./error-table/admin-errors.ts";
import { benchErrors } from "./error-table/bench-errors.ts";
import { callErrors } from "./error-table/call-errors.ts";
import { historyErrors } from "./error-table/history-errors.ts";
import { logErrors } from "./error-table/log-errors.ts";
import { programErrors } from "./error-table/program-errors.ts";
import { recordsErrors } from "./error-table/records-errors.ts";
import { replayErrors } from "./error-table/replay-errors.ts";
import { requestsErrors } from "./error-table/requests-errors.ts";
import { sandboxErrors } from "./error-table/sandbox-errors.ts";
import type { ErrorKind } from "./error-table/error-kind.ts";

/**
 * Every error that Onhook raises on purpose: its code, what it says, and whether trying again can help.
 * Code branches on `code`, never on a message. A test keeps docs/errors.md in step with this table.
 */
export const errorTable = {
  ...recordsErrors,
  ...logErrors,
  ...requestsErrors,
  ...programErrors,
  ...replayErrors,
  ...sandboxErrors,
  ...benchErrors,
  ...accessErrors,
  ...adminErrors,
  ...callErrors,
  ...historyErrors,
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorTable;

export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

function fill(template: string, details: ErrorDetails): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole));
}

/** An error of the table; `details` fill its message and stay readable as data. */
export class OnhookError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(fill(errorTable[code].message, details), options);
    this.name = "OnhookError";
    this.code = code;
    this.details = details;
  }

  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }
}

/** What is wrong with one property of what was given: `filters[0].op`; the path is empty where it is about the whole. */
interface WrongProperty {
  readonly path: string;
  /** Never quotes a value. */
  readonly message: string;
}

/** An error that names each property that is wrong. */
export class InputError extends OnhookError {
  readonly problems: readonly WrongProperty[];

  constructor(code: ErrorCode, problems: readonly WrongProperty[], details: ErrorDetails = {}) {
    const lines = problems.map(({ path, message }) => `- ${path}: ${message}`);
    super(code, { problems: lines.join("\n"), ...details });
    this.problems = problems;
  }
}
