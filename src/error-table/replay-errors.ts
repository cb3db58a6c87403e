import type { ErrorKind } from "./error-kind.ts";

/** Of replays. */
export const replayErrors = {
  REPLAY_ID: {
    message: "The id of a replay has 1 to 64 letters, digits, dots, underscores and hyphens",
    retryable: false,
  },
  REPLAY_TAKEN_OVER: {
    message:
      "Another run of replay {id} has taken over {partition}; it goes on where this one has ended",
    retryable: false,
    action:
      "Let one run of a replay go on at a time. Nothing is lost or doubled: what this run had not committed, the other does.",
  },
  REPLAY_INTERRUPTED: {
    message: "The replay was interrupted and goes on: {problem}",
    retryable: true,
  },
  REPLAY_GONE: {
    message:
      "Topic {topic} does not keep offset {offset} of partition {partition} any more: what was there was removed before it was replayed",
    retryable: false,
    action: "Run the replay again: it goes on with what is still kept, and says how much is gone.",
  },
} as const satisfies Record<string, ErrorKind>;
