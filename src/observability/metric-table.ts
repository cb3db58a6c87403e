/** A metric that Onhook exposes. docs/metrics.md is made from this table. */
export interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
  /** What an operator does about it. */
  readonly action: string;
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

const requestBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
const promptBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

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

const deliveries = {
  onhook_delivery_attempts_total: {
    type: "counter",
    labels: ["outcome"],
    help: "Attempts, by outcome: delivered, failed (tried again), dead (given up), cancelled (trigger gone or disabled).",
    action:
      "When failed rises for many hosts at once, the fault is on this side: network, DNS, certificates, proxy.",
  },
  onhook_delivery_seconds: {
    type: "histogram",
    labels: [],
    help: "Duration of requests, from begin to end, whatever their outcome.",
    action: "Near delivery.timeoutMs receivers hang; the log's attempts name the hosts.",
    buckets: requestBuckets,
  },
  onhook_delivery_latency_seconds: {
    type: "histogram",
    labels: [],
    help: "Time from the append of the CDR to the 2xx, the waits of retries included.",
    action:
      "When it grows while onhook_delivery_seconds does not, look at consumer lag and deliveries in flight.",
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 1800],
  },
  onhook_deliveries_in_flight: {
    type: "gauge",
    labels: [],
    help: "Requests under way in this process.",
    action:
      "When it stays at delivery.maxInFlight, add processes of the deliver role or raise the setting.",
  },
  onhook_retry_overdue_seconds: {
    type: "histogram",
    labels: ["tier"],
    help: "How long after it was due a retry went out, by the wait that its topic stands for.",
    action: "Above 0.25 s on an idle system is a fault; under load, as for deliveries in flight.",
    buckets: promptBuckets,
  },
  onhook_detours_total: {
    type: "counter",
    labels: [],
    help: "Times that a job went to wait on the retry ladder, with no attempt used up, since its endpoint was not likely to take it soon.",
    action:
      "An endpoint hangs, asks for less, or gets more jobs than it takes; the log's attempts name its host. The jobs of others go past.",
  },
  onhook_endpoints: {
    type: "gauge",
    labels: ["state"],
    help: "Endpoints that are not well: failing (three requests running, as this process sees it), suspended (its jobs are set aside), recovering (what was set aside is sent anew).",
    action:
      "Many at once: the fault is on this side. A single one: tell the tenant; the log has the host and the reason.",
  },
  onhook_endpoint_suspensions_total: {
    type: "counter",
    labels: [],
    help: "Endpoints that this process has suspended.",
    action: "The log names tenant, trigger, host and reason.",
  },
  onhook_redriven_total: {
    type: "counter",
    labels: ["probe"],
    help: "Jobs that were set aside and sent anew: as a probe (true), or because their endpoint recovers (false).",
    action: "None; delivery.redrivePerSecond sets the pace.",
  },
  onhook_triggers_disabled_total: {
    type: "counter",
    labels: ["reason"],
    help: "Triggers that the service has switched off by itself: gone (their receiver answered 410).",
    action: "Their tenants have to be told; `onhook trigger get` shows the reason.",
  },
  onhook_delivery_holds_total: {
    type: "counter",
    labels: [],
    help: "Times that a job could not be handled for a fault on this side (registry, Kafka). It keeps its place and is tried again.",
    action: "The log has the error; mend what it names. Nothing is lost meanwhile.",
  },
  onhook_dead_total: {
    type: "counter",
    labels: ["reason"],
    help: "Jobs that were given up, by the reason of the last failure.",
    action:
      "`onhook dead list` shows them, with the reason and the error of each; their calls are in the job.",
  },
} as const satisfies Record<string, MetricSpec>;

const kafka = {
  onhook_consumer_lag: {
    type: "gauge",
    labels: ["topic", "partition", "group"],
    help: "Records between what this process has read of an assigned partition and its end. Jobs that were read ahead and wait in memory for their time are not counted.",
    action: "When it grows steadily, add processes of the role, up to the topic's partitions.",
  },
  onhook_consumer_fetch_age_seconds: {
    type: "gauge",
    labels: ["group"],
    help: "Time since a consumer's last fetch was answered.",
    action:
      "Above a minute the consumer is stuck or has no broker; /healthz and the log say which.",
  },
  onhook_rebalances_total: {
    type: "counter",
    labels: ["group"],
    help: "Rebalances that this process took part in.",
    action:
      "Without scaling or deploying it should stand still; else look for crashes and for kafka.sessionTimeoutMs.",
  },
  onhook_consumer_crashes_total: {
    type: "counter",
    labels: ["group"],
    help: "Consumers that ended with an error. They are started again.",
    action: "The log has the error; a steady rise calls for a look at the brokers.",
  },
  onhook_records_lost_total: {
    type: "counter",
    labels: ["topic"],
    help: "Offsets that were skipped because their records were deleted, by retention or by hand, before this process's group or table had read them.",
    action:
      "Alert on any rise: what they said will not be done. The log (consumer.records-lost, store.records-lost) names partition and offsets. Raise the topic's retention, or add processes; lost calls must be written again by the platform.",
  },
  onhook_partition_rewinds_total: {
    type: "counter",
    labels: ["topic"],
    help: "Partitions that ended before what was already read of them, and were read again from their begin.",
    action:
      "Either the topic was made again, or brokers lost acknowledged records: look for unclean leader elections. Webhooks may be sent again, under the same webhook-id.",
  },
  onhook_transactions_aborted_total: {
    type: "counter",
    labels: ["fenced"],
    help: "Transactions given up and done again; fenced true: another process has taken the partition over.",
    action:
      "Some while scaling or deploying are normal; a steady rise calls for a look at the brokers.",
  },
  onhook_commit_failures_total: {
    type: "counter",
    labels: [],
    help: "Commits of offsets that the group did not take. They are said again.",
    action: "Some while rebalancing are normal; a steady rise calls for a look at the brokers.",
  },
  onhook_producer_retries_total: {
    type: "counter",
    labels: [],
    help: "Writes to Kafka that failed and were tried again. Nothing is lost, but what waits for them waits.",
    action: "Look at the brokers: in-sync replicas, disk, network.",
  },
  onhook_registry_failures_total: {
    type: "counter",
    labels: [],
    help: "Calls of the schema registry that failed.",
    action: "What needs an unknown schema waits until the registry is back; restore it.",
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

export const metricTable = { ...matching, ...stores, ...deliveries, ...kafka, ...audits } as const;

export type MetricName = keyof typeof metricTable;
export type NamesOf<Type extends MetricSpec["type"]> = {
  [Name in MetricName]: (typeof metricTable)[Name]["type"] extends Type ? Name : never;
}[MetricName];
export type LabelsOf<Name extends MetricName> = {
  readonly [Label in (typeof metricTable)[Name]["labels"][number]]: string | number;
};
