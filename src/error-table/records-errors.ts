import type { ErrorKind } from "./error-kind.ts";

/** Of records: their bytes, their schemas, and what they say. */
export const recordsErrors = {
  WIRE_FORMAT: {
    message: "Not a record in the Confluent wire format: {problem}",
    retryable: false,
    action:
      "Let the writer serialise with the schema registry's Avro serialiser. The bytes as read are in the quarantine topic.",
  },
  AVRO_SCHEMA: {
    message: "Not a usable Avro schema: {problem}",
    retryable: false,
    action: "Correct the schema in the registry, or the file in schemas/.",
  },
  AVRO_DECODE: {
    message: "The bytes do not fit schema {schemaId}: {problem}",
    retryable: false,
    action:
      "The writer encoded with another schema than the one whose id it wrote: correct the writer.",
  },
  AVRO_ENCODE: {
    message: "The value does not fit its schema: {problem}",
    retryable: false,
    action: "A fault of Onhook: report it.",
  },
  SCHEMA_UNKNOWN: {
    message: "The schema registry has no schema with id {schemaId}",
    retryable: false,
    action:
      "The value was written against another registry, or the schema was deleted there: register it again under its id.",
  },
  SCHEMA_UNREGISTERED: {
    message:
      "Subject {subject} does not have the schema of this version of Onhook; `onhook topics apply` registers it",
    retryable: true,
  },
  SCHEMA_INCOMPATIBLE: {
    message:
      "The schema of {subject} is not compatible with the versions that are registered: {problem}",
    retryable: false,
    action:
      "Nothing was changed. This is not the version of Onhook that follows the one that runs here, or another program has registered under this subject.",
  },
  CALL_UNMATCHABLE: { message: "The call can not be matched: {problem}", retryable: false },
  TRIGGER_UNSETTLED: {
    message:
      "Whether the newest version of trigger {triggerId} is valid can not be said before the schema registry answers",
    retryable: true,
    action: "Onhook waits and tries again. Check registry.url and the registry.",
  },
  JOB_UNHANDLED: { message: "The job can not be handled: {problem}", retryable: false },
  CALL_SCHEMA_UNUSABLE: {
    message: "Not a usable schema of CallEnded: {problem}",
    retryable: false,
  },
} as const satisfies Record<string, ErrorKind>;
