import type { ErrorKind } from "./error-kind.ts";

/** Of what the API does with calls, their deliveries and replays. */
export const callErrors = {
  TEST_SENDS_EXCEEDED: {
    message:
      "Too many test requests in a minute: admin.testSendsPerMinute allows {limit}; wait {retryAfterSeconds} s",
    retryable: true,
    status: 429,
  },
  DRY_RUNS_EXCEEDED: {
    message: "Too many dry runs at once; wait {retryAfterSeconds} s",
    retryable: true,
    status: 429,
  },
  DEAD_LISTS_EXCEEDED: {
    message: "Too many look through the dead at once; wait {retryAfterSeconds} s",
    retryable: true,
    status: 429,
  },
  CALL_SEARCHES_EXCEEDED: {
    message: "Too many search the topics for a call at once; wait {retryAfterSeconds} s",
    retryable: true,
    status: 429,
  },
  FIELD_UNKNOWN: {
    message: "The CDR has no such property",
    retryable: false,
    status: 404,
  },
  DELIVERY_RETRYING: {
    message: "The delivery is under way: its next attempt is due anyway",
    retryable: false,
    status: 409,
  },
  REDELIVERY_INACTIVE: {
    message: "The trigger is {status}: what is sent anew would end as cancelled",
    retryable: false,
    status: 409,
    action: "Enable the trigger, or make it again under its id.",
  },
  REDELIVERY_UNDER_WAY: {
    message: "It was sent anew already, and no attempt is known to have ended since",
    retryable: false,
    status: 409,
  },
  REDELIVERY_UNWRITTEN: {
    message:
      "The brokers have not said in time whether it is sent anew; asking again sends it once in all",
    retryable: true,
    status: 503,
  },
  CALL_GONE: {
    message: "The call is not kept any more, neither in its topic nor among the dead",
    retryable: false,
    status: 410,
    action: "topics.cdr.retentionDays says how long calls are kept.",
  },
  REPLAY_UNDER_WAY: {
    message: "The replay {id} is running",
    retryable: false,
    status: 409,
  },
  TENANT_REPLAYS_EXCEEDED: {
    message: "{limit} replays of this tenant are running; wait until one has ended, or stop one",
    retryable: true,
    status: 429,
  },
  REPLAYS_EXCEEDED: {
    message: "{limit} replays are running in this process; wait until one has ended",
    retryable: true,
    status: 429,
  },
} as const satisfies Record<string, ErrorKind>;
