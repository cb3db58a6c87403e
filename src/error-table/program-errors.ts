import type { ErrorKind } from "./error-kind.ts";

/** Of the program: its settings, its files, its commands and its services. */
export const programErrors = {
  CONFIG_UNREAD: {
    message: "The triggers and tenants could not be read within {seconds} s",
    retryable: true,
  },
  CONFIG_UNWRITTEN: {
    message: "The event could not be written to {topic} in time; nothing was changed",
    retryable: true,
    status: 503,
  },
  CONFIG_IN_DOUBT: {
    message:
      "Whether the event was written to {topic} is not known: the brokers stopped answering in between",
    retryable: true,
    status: 503,
    action: "Read it again once the brokers are back, and only then write anew.",
  },
  CONFIG_UNCONFIRMED: {
    message:
      "The event at offset {offset} of {topic} was written and could not be read back in time",
    retryable: true,
    status: 503,
  },
  FILE_UNREADABLE: { message: "{file} can not be read: {problem}", retryable: false },
  TRIGGER_FILE: { message: "{file} is not a trigger: {problem}", retryable: false },
  TRIGGER_REFUSED: { message: "{file} is not a valid trigger:\n{problems}", retryable: false },
  TRIGGER_INVALID: {
    message: "The trigger is not valid:\n{problems}",
    retryable: false,
    status: 400,
  },
  TRIGGER_REFUSED_EVENT: {
    message:
      "Trigger {triggerId} has no valid version; its event at offset {offset} of the triggers' topic was refused:\n{problems}",
    retryable: false,
    action: "Write it anew with `onhook trigger put`, or delete it.",
  },
  TRIGGER_REFUSED_NEWER: {
    message:
      "The newest event of trigger {triggerId}, at offset {offset} of the triggers' topic, was refused; `onhook trigger get` says why. An older version must not overwrite it",
    retryable: false,
    status: 409,
    action: "Write the trigger anew with `onhook trigger put`, then change its secrets.",
  },
  TRIGGER_ID: { message: "{triggerId} is not a trigger's id, which is a GUID", retryable: false },
  TRIGGER_UNKNOWN: { message: "There is no trigger {triggerId}", retryable: false },
  AUDIT_UNBALANCED: {
    message:
      "The books do not balance: missing {missing}, double {double}, unexpected {unexpected}",
    retryable: false,
    action: "The list above names each case; docs/audit.md says what each can come from.",
  },
  AUDIT_RANGE: { message: "--from must be before --to", retryable: false },
  DEMO_FAILED: {
    message: "The demo did not go as it had to: {problems} problems, named above",
    retryable: false,
  },
  DEMO_SERVICE: {
    message: "The service of the demo does not stay up; its log says why: {log}",
    retryable: false,
  },
  PEM_UNUSABLE: {
    message: "{setting} names {file}, which can not be used: {problem}",
    retryable: false,
  },
  SPANS_NOT_EXPORTED: {
    message: "Spans did not reach the collector of tracing.otlpEndpoint: {problem}",
    retryable: true,
    action:
      "Nothing but these spans is lost. Look at the collector; where it is there and too slow, lower tracing.sampleRatio.",
  },
  KEY_RING_UNUSABLE: {
    message: "The key ring can not be used: {problem}",
    retryable: false,
  },
  KEY_RING_EMPTY: {
    message:
      "There is no key to encrypt with: give one in secrets.keys or secrets.keysFile; `onhook secrets key` makes one",
    retryable: false,
  },
  SECRETS_LEFT: {
    message: "{count} triggers, named above, were left as they are",
    retryable: false,
    action:
      "Their newest event was refused: write them anew with `onhook trigger put`, or delete them, and rotate again.",
  },
  SECRETS_FULL: {
    message:
      "Trigger {triggerId} has {count} signing secrets, the most it may have: leave the old ones out with --drop-old",
    retryable: false,
    status: 409,
  },
  CONFIG_INVALID: { message: "The settings are not valid:\n{problems}", retryable: false },
  SERVICE_FAILED: {
    message: "The service {service} failed: {problem}",
    retryable: false,
    action:
      "The process ends; the platform starts it again. The line service.failed of the log has the cause.",
  },
  SERVICE_ENDED: {
    message: "The service {service} ended although nobody had stopped it",
    retryable: false,
    action: "A fault of Onhook: report it.",
  },
  SERVICE_STUCK: {
    message: "These services did not stop when they were told to: {services}",
    retryable: false,
    action:
      "Raise delivery.drainTimeoutMs, or look for a broker that does not answer. What was in flight may be sent once more.",
  },
  HTTP_PORT_IN_USE: {
    message:
      "http.port {port} on http.host {host} is in use already: stop what listens there, or set another http.port",
    retryable: false,
  },
  HTTP_LISTEN: {
    message: "http.host {host} with http.port {port} can not be listened on: {problem}",
    retryable: false,
  },
  HEALTH_PORT_ANY: {
    message:
      "http.port is 0, which takes any free port, so the service can't be found: set http.port",
    retryable: false,
  },
  HEALTH_UNANSWERED: {
    message: "Nothing answers at {url}: {problem}",
    retryable: true,
    action: "See that the service runs, and with the same http.host and http.port.",
  },
  HEALTH_FAILED: { message: "{url} answers {status}:\n{problems}", retryable: true },
} as const satisfies Record<string, ErrorKind>;
