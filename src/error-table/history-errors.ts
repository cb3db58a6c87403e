import type { ErrorKind } from "./error-kind.ts";

/** What is remembered. */
export const historyErrors = {
  CURSOR_INVALID: {
    message: "The cursor is none that a page of this list has given",
    retryable: false,
    status: 400,
  },
  HISTORY_FILE_UNUSABLE: {
    message: "history.file names {file}, which can not be used: {problem}",
    retryable: false,
    action:
      "Make its folder, or give the right to write there to whoever runs the process: SQLite puts two files beside it.",
  },
  HISTORY_UNAVAILABLE: {
    message: "The history can not be asked now: {problem}",
    retryable: true,
    status: 503,
    action:
      "It goes on by itself when it can; see history.write-failed and history.query-failed in the log, and the disk of `history.file`.",
  },
  HISTORY_DAMAGED: {
    message: "The file of the history is damaged: {problem}",
    retryable: true,
    status: 503,
    action: "Nothing: the file is moved aside and made again from the topics.",
  },
} as const satisfies Record<string, ErrorKind>;
