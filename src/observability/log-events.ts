import type { Level } from "pino";
import { isOwnSpan } from "../delivery/attempt-trace.ts";
import type { AttemptTrace } from "../delivery/attempt-trace.ts";
import { legibleId } from "../log/legible.ts";
import type { AnyEvent, EventOf } from "./any-event.ts";

/** A line of the log, as an event says it. Fields hold ids, counts and codes; never a number, a name or a payload. */
export interface LogLine {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Line<Type extends AnyEvent["type"]> = readonly [
  level: Level | ((event: EventOf<Type>) => Level),
  message: string | ((event: EventOf<Type>) => string),
];

/** Methods that change nothing. */
const isReading: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** What each event says in the log; null: it only counts. */
const lines: { readonly [Type in AnyEvent["type"]]: Line<Type> | null } = {
  "token.applied": [
    ({ result }) => (result === "refused" ? "warn" : "info"),
    ({ result }) =>
      ({
        applied: "a token counts from now on",
        deleted: "a token is revoked",
        refused: "an event of a token can not be used: the token counts for nothing",
      })[result],
  ],
  "access.refused": [
    ({ locked }) => (locked ? "warn" : "info"),
    ({ locked }) =>
      locked ? "credentials were refused; the client has to wait" : "a credential was refused",
  ],
  "oidc.failed": ["warn", "the OpenID Connect provider can not be asked"],
  "access.sessions-end-here": [
    "info",
    "admin.sessionKey is not set: sessions and sign-in links end with this process, and count in no other",
  ],
  "cdr.batch-matched": ["debug", "a batch of CDRs was matched"],
  "cdr.tenants-counted": null,
  "cdr.invalid": ["warn", "CDRs went to quarantine"],
  "cdr.traced": null,
  "match.type-mismatch": ["warn", "values of a field are of another type than a filter expects"],
  "delivery.attempted": [
    ({ outcome }) => (outcome === "failed" || outcome === "dead" ? "warn" : "info"),
    ({ outcome }) => `attempt: ${outcome}`,
  ],
  "delivery.in-flight": null,
  "delivery.surveyed": null,
  "delivery.sockets": null,
  "delivery.retry-overdue": null,
  "delivery.detoured": null,
  "delivery.copy-passed-over": null,
  "endpoint.suspended": ["warn", "an endpoint is suspended: its jobs are set aside"],
  "endpoint.recovering": ["info", "a suspended endpoint answered: its jobs go out again"],
  "endpoint.well": ["info", "an endpoint has recovered"],
  "endpoint.redriven": ["info", "jobs that were set aside go out again"],
  "endpoint.left-dead": ["warn", "a job that was set aside can not go out again and stays dead"],
  "endpoints.counted": null,
  "trigger.disabled": ["warn", "a trigger was switched off: its receiver is gone"],
  "trigger.not-disabled": [
    "warn",
    "a trigger whose receiver is gone could not be switched off; a job that is answered so after ten seconds has it tried again",
  ],
  "endpoint.held": ["warn", "something about an endpoint could not be done now"],
  "job.undecodable": ["error", "a job can not be read"],
  "delivery.held": ["warn", "a job can not be handled now and keeps its place"],
  "delivery.commit-failed": ["warn", "offsets could not be committed; they will be again"],
  "consumer.joined": ["info", "a consumer joined its group"],
  "consumer.rebalancing": ["info", "a consumer group is rebalancing"],
  "consumer.crashed": ["error", "a consumer crashed"],
  "consumer.fetched": null,
  "consumer.lag": null,
  "consumer.paused": null,
  "groups.read": null,
  "groups.reading-failed": ["warn", "how consumer groups stand can not be found out"],
  "consumer.records-lost": [
    "error",
    "RECORDS LOST: they were deleted before this group had read them",
  ],
  "consumer.rewound": [
    "error",
    "a partition ends before what was read of it; all that is in it is read again",
  ],
  "transaction.aborted": ["warn", "a transaction was aborted"],
  "producer.retrying": ["warn", "a write failed and is tried again"],
  "producer.abandoned": ["warn", "a producer that had failed could not be closed"],
  "store.position": null,
  "store.records-lost": [
    "error",
    "RECORDS LOST: they were deleted before this table had read them",
  ],
  "store.reading-failed": ["warn", "the events of a table can not be read"],
  "store.applied": [
    ({ result }) => (result === "refused" ? "warn" : "debug"),
    ({ result }) => `an event of a table was ${result === "deleted" ? "a deletion" : result}`,
  ],
  "store.propagated": null,
  "triggers.counted": null,
  "registry.failed": ["warn", "the schema registry can not be used"],
  "audit.done": [
    ({ balanced, warnings }) => (!balanced ? "error" : warnings.length > 0 ? "warn" : "info"),
    ({ balanced }) => (balanced ? "the books balance" : "the books do not balance"),
  ],
  "audit.failed": ["warn", "an audit could not be made"],
  "history.opened": [
    ({ rebuild }) => (rebuild === "absent" || rebuild === null ? "info" : "warn"),
    ({ rebuild }) =>
      rebuild === null
        ? "the history is open"
        : "the history is made anew, and filled from the topics",
  ],
  "history.moved-aside": ["error", "the file of the history can not be used; it was moved aside"],
  "history.reading-failed": [
    "warn",
    "what the history is made of can not be read; it is tried again",
  ],
  "history.write-failed": ["error", "the history can not be written; it is tried again"],
  "history.records-lost": ["warn", "records were deleted before the history had read them"],
  "history.rewound": [
    "warn",
    "a partition ends before what the history has read of it; all that is in it is read",
  ],
  "history.undecodable": ["error", "records can not be read and are missing from the history"],
  "history.forgotten": ["info", "deliveries were forgotten"],
  "history.queried": null,
  "history.query-failed": ["warn", "the history could not be asked"],
  "history.surveyed": null,
  "tracing.spans-dropped": null,
  "tracing.spans-lost": ["warn", "spans were dropped; nothing else is lost"],
  "admin.answered": [
    ({ method, status }) =>
      status >= 500 ? "warn" : status >= 400 || !isReading.has(method) ? "info" : "debug",
    ({ status }) => (status >= 400 ? "a request was refused" : "a request was answered"),
  ],
  "admin.failed": ["error", "a request could not be answered"],
  "service.started": ["info", "started"],
  "service.dangerous-setting": ["warn", "a dangerous setting is in force"],
  "service.certificates": ["info", "certificates are in use"],
  "service.readiness": null,
  "service.failed": ["fatal", "a service failed; all stop"],
  "service.stopping": ["info", "stopping"],
  "service.drain-overrun": ["error", "the time to stop in order is over; what is left is cut off"],
  "service.stopped": ["info", "stopped"],
  "service.waiting": ["error", "work can not begin yet"],
};

/** Fields that other programs choose the text of. */
const ids: ReadonlySet<string> = new Set([
  "jobId",
  "triggerId",
  "tenantId",
  "cdrId",
  "cdrTopic",
  "key",
]);

function legible(name: string, value: unknown): unknown {
  return ids.has(name) && typeof value === "string" ? legibleId(value) : value;
}

/** As OpenTelemetry names them in logs, so that a log's line leads to its trace. */
function traceFields(trace: NonNullable<AttemptTrace>): Readonly<Record<string, string>> {
  const { traceId, spanId } = trace;
  return { trace_id: traceId, ...(isOwnSpan(trace) && { span_id: spanId }) };
}

/** What is not written under its own name. */
interface Apart {
  readonly error: unknown;
  readonly trace: AttemptTrace;
}

/**
 * The log line of an event, or null for one that is only counted, or of a level that `isWritten` says is not written.
 * An event's `error` is written under `err`.
 */
export function logLineOf(
  event: AnyEvent,
  isWritten: (level: Level) => boolean = () => true,
): LogLine | null {
  const line = lines[event.type] as Line<AnyEvent["type"]> | null;
  if (line === null) return null;
  const [levelOf, message] = line;
  const level = typeof levelOf === "function" ? levelOf(event) : levelOf;
  if (!isWritten(level)) return null;
  const { type, error, trace, ...given } = event as AnyEvent & Partial<Apart>;
  const fields: Record<string, unknown> = { event: type, ...(trace && traceFields(trace)) };
  for (const name of Object.keys(given))
    fields[name] = legible(name, given[name as keyof typeof given]);
  if (error !== undefined) fields["err"] = error;
  return { level, message: typeof message === "function" ? message(event) : message, fields };
}
