import type { ErrorKind } from "./error-kind.ts";

/** Of replays and explanations. */
export const replayErrors = {
  REPLAY_ID: {
    message: "The id of a replay has 1 to 64 letters, digits, dots, underscores and hyphens",
    retryable: false,
    status: 400,
  },
  REPLAY_UNFILTERED: {
    message:
      "Say which dead jobs: --trigger, --tenant, --reason, --from, --to, or --all for all of them",
    retryable: false,
  },
  REPLAY_RANGE: {
    message: "The time must begin (`from`) before it ends (`to`)",
    retryable: false,
    status: 400,
  },
  REPLAY_INACTIVE: {
    message:
      "Trigger {triggerId} is {status} and fires for no call: calls can be replayed for an active one alone",
    retryable: false,
    status: 409,
    action: "Enable it, or see to the tenant's licence. `onhook trigger list` shows the status.",
  },
  REPLAY_STOPPED: {
    message:
      "The replay {id} was stopped after {written} jobs; the same command run again goes on there",
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
    status: 503,
  },
  REPLAY_GONE: {
    message:
      "Topic {topic} does not keep offset {offset} of partition {partition} any more: what was there was removed before it was replayed",
    retryable: false,
    action: "Run the replay again: it goes on with what is still kept, and says how much is gone.",
  },
  COMMAND_STOPPED: { message: "Stopped before the end", retryable: false },
  EXPLAIN_OPTIONS: { message: "{problem}", retryable: false },
  CALL_NOT_FOUND: {
    message: "There is no such call in {topic}: {problem}",
    retryable: false,
    status: 404,
  },
  CALL_UNREADABLE: {
    message: "The call at offset {offset} of partition {partition} can not be read: {problem}",
    retryable: false,
    status: 422,
    action: "Match has put it into the quarantine topic. Mend its writer.",
  },
} as const satisfies Record<string, ErrorKind>;
