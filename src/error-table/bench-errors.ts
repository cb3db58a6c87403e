import type { ErrorKind } from "./error-kind.ts";

/** Of benchmarks. */
export const benchErrors = {
  BENCH_OPTIONS: { message: "{problem}", retryable: false },
  BENCH_PROCESS: {
    message: "The benchmark's process `{name}` failed: {problem}",
    retryable: false,
    action: "What it said of that stands above, on standard error.",
  },
  BENCH_STUCK: {
    message: "Nothing went on for {seconds} s: {count} of {total} {what}",
    retryable: false,
    action: "Look at the brokers: what was written must be readable, and groups must be joinable.",
  },
  BENCH_UNBALANCED: {
    message: "The benchmark's books do not balance: {problem}",
    retryable: false,
    action:
      "A request is repeated where its process has lost its partition meanwhile, as one does on a machine or brokers with far too much to do: measure again with less. Anything missing, and any job that is double, is a fault of Onhook: report it.",
  },
  BENCH_LEFT: {
    message: "The benchmark could not delete all that it had made:\n{left}",
    retryable: false,
    action: "Delete it by hand: nothing else uses it.",
  },
  FILE_UNWRITABLE: { message: "{file} can not be written: {problem}", retryable: false },
} as const satisfies Record<string, ErrorKind>;
