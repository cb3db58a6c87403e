import { accessMetrics } from "./access-metrics.ts";
import { deliveryMetrics } from "./delivery-metrics.ts";
import { historyMetrics } from "./history-metrics.ts";
import { kafkaMetrics } from "./kafka-metrics.ts";
import { promptBuckets } from "./metric-spec.ts";
import type { MetricSpec } from "./metric-spec.ts";
import { serviceMetrics, tenantMetrics } from "./service-metrics.ts";

const matching = {
  onhook_cdrs_total: {
    type: "counter",
    labels: ["result"],
    help: "CDRs that are through, by result: matched (at least one trigger fired), unmatched, invalid (in quarantine).",
    action:
      "When invalid rises, read the reasons in the headers of the quarantine topic; the sender of the CDRs is at fault.",
  },
  onhook_jobs_total: {
    type: "counter",
    labels: [],
    help: "Delivery jobs made: one for each call and trigger that fired.",
    action:
      "Compare its rate with that of deliveries; a lasting gap shows as consumer lag of the jobs.",
  },
  onhook_match_seconds: {
    type: "histogram",
    labels: [],
    help: "Time to read and match one batch of CDRs, without Kafka.",
    action:
      "When it grows, add processes of the match role, up to the partitions of the CDR topic.",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  onhook_match_type_mismatches_total: {
    type: "counter",
    labels: [],
    help: "Calls whose value of a filtered field was of another type than the trigger was checked against.",
    action:
      "The log names the field; save the triggers that filter on it anew, so that they are checked against the latest CDR schema.",
  },
} as const satisfies Record<string, MetricSpec>;

const stores = {
  onhook_triggers: {
    type: "gauge",
    labels: ["state"],
    help: "Triggers by state: active, disabled, over-licence, suspended, refused (the latest event is not valid).",
    action:
      "For refused, the log names trigger and property; the last valid version goes on working.",
  },
  onhook_trigger_store_lag: {
    type: "gauge",
    labels: [],
    help: "Offsets of the triggers topic that this process has not yet read.",
    action:
      "Above 0 for more than seconds: look for store.reading-failed in the log, and at the broker.",
  },
  onhook_tenant_store_lag: {
    type: "gauge",
    labels: [],
    help: "Offsets of the tenants topic that this process has not yet read.",
    action: "As for onhook_trigger_store_lag.",
  },
  onhook_trigger_propagation_seconds: {
    type: "histogram",
    labels: [],
    help: "Time from the append of a trigger's event to its taking effect in this process.",
    action:
      "It should stay below 1 s. When it does not, look at the load of broker and process, and at their clocks.",
    buckets: promptBuckets,
  },
  onhook_store_events_total: {
    type: "counter",
    labels: ["table", "result"],
    help: "Events of the triggers and tenants topics, by result: applied, deleted, refused.",
    action:
      "When refused rises, the log names key and problem; whoever wrote the event must write it again.",
  },
} as const satisfies Record<string, MetricSpec>;

const audits = {
  onhook_audit_calls: {
    type: "gauge",
    labels: ["result"],
    help: "Calls of the last audit, by what came of them: unread, missing, untold, quarantined, unsettled, matched, unmatched.",
    action: "docs/audit.md says what each means.",
  },
  onhook_audit_jobs: {
    type: "gauge",
    labels: ["state"],
    help: "Jobs of the last audit, by where they stand: delivered, pending, cancelled, dead, in-doubt, lost.",
    action: "docs/audit.md says what each means.",
  },
  onhook_audit_missing: {
    type: "gauge",
    labels: [],
    help: "What the last audit did not find although it has to be there: jobs, ends of jobs, calls in quarantine.",
    action: "Above 0, page: the log line audit.done has the ids, and so has `onhook audit`.",
  },
  onhook_audit_double: {
    type: "gauge",
    labels: [],
    help: "What the last audit found more than once: jobs, and calls in quarantine.",
    action: "As for onhook_audit_missing.",
  },
  onhook_audit_unexpected: {
    type: "gauge",
    labels: [],
    help: "Jobs of the last audit for which there is no reason.",
    action: "As for onhook_audit_missing.",
  },
  onhook_audit_seconds: {
    type: "gauge",
    labels: [],
    help: "How long the last audit took.",
    action: "When it nears audit.intervalMs, make audit.windowMs shorter.",
  },
  onhook_audit_last_success_timestamp_seconds: {
    type: "gauge",
    labels: [],
    help: "When the last audit was made, in seconds since the epoch; 0 until then.",
    action:
      "When it is older than several times audit.intervalMs, nothing watches the books: the log line audit.failed says why.",
  },
  onhook_audit_failures_total: {
    type: "counter",
    labels: [],
    help: "Audits that could not be made.",
    action: "The log has the error; the next audit is made in its time.",
  },
} as const satisfies Record<string, MetricSpec>;

const admin = {
  onhook_admin_requests_total: {
    type: "counter",
    labels: ["operation", "status"],
    help: "Requests to the API, by operation (none: no such thing) and class of status: 2xx, 3xx, 4xx, 5xx.",
    action:
      "When 5xx rises, the log lines admin.answered and admin.failed say why. Many 4xx of one operation: the log has their codes, and who asked.",
  },
  onhook_admin_request_seconds: {
    type: "histogram",
    labels: ["operation"],
    help: "Time from a request to the API to its answer.",
    action:
      "Changes wait for the brokers. When what reads grows slow, look at the process's load, and at the history's file.",
    buckets: promptBuckets,
  },
} as const satisfies Record<string, MetricSpec>;

const traces = {
  onhook_trace_spans_dropped_total: {
    type: "counter",
    labels: ["reason"],
    help: "Spans of traces that did not reach the collector: export-failed (it did not take them), queue-full (too many wait for it), stopped (the service stopped first).",
    action:
      "Nothing else is lost. Look at the collector, and at tracing.spans-lost in the log; where it is too slow, lower tracing.sampleRatio.",
  },
} as const satisfies Record<string, MetricSpec>;

/** All metrics that Onhook exposes. docs/metrics.md is made from this table. */
export const metricTable = {
  ...serviceMetrics,
  ...matching,
  ...stores,
  ...deliveryMetrics,
  ...kafkaMetrics,
  ...audits,
  ...historyMetrics,
  ...traces,
  ...admin,
  ...accessMetrics,
  ...tenantMetrics,
} as const;

export type MetricName = keyof typeof metricTable;
export type NamesOf<Type extends MetricSpec["type"]> = {
  [Name in MetricName]: (typeof metricTable)[Name]["type"] extends Type ? Name : never;
}[MetricName];
/** Histograms with exemplars, which are observed in a way of their own. */
export type TracedNames = {
  [Name in MetricName]: (typeof metricTable)[Name] extends { readonly exemplars: true }
    ? Name
    : never;
}[MetricName];
export type LabelsOf<Name extends MetricName> = {
  readonly [Label in (typeof metricTable)[Name]["labels"][number]]: string | number;
};
