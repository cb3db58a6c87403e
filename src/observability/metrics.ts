import { collectDefaultMetrics } from "prom-client";
import type { Registry } from "prom-client";
import { isSampled } from "../jobs/trace-context.ts";
import type { Clock } from "../runtime/clock.ts";
import { triggerStates } from "../triggers/store-events.ts";
import { accessRecorders } from "./access-recorders.ts";
import type { AnyEvent, EventOf } from "./any-event.ts";
import { ConsumerGauges } from "./consumer-gauges.ts";
import { historyRecorders } from "./history-recorders.ts";
import { initialise } from "./initial-series.ts";
import type { MetricSet } from "./metric-set.ts";
import { TenantLabels } from "./tenant-labels.ts";

export interface Metrics {
  readonly registry: Registry;
  /** Counts an event. Every event may be given, also one that no metric counts. */
  readonly record: (event: AnyEvent) => void;
}

export interface MetricsOptions {
  /** How many tenants are counted by their name; none when left out. */
  readonly tenants?: number;
}

type Recorders = { readonly [Type in AnyEvent["type"]]: ((event: EventOf<Type>) => void) | null };

function deliveryRecorders(set: MetricSet, tenants: TenantLabels) {
  return {
    "delivery.attempted": (event) => {
      const { outcome, reason, durationMs, latencyMs, firstRequestMs, trace } = event;
      const traceId = trace !== null && isSampled(trace) ? trace.traceId : null;
      set.count("onhook_delivery_attempts_total", { outcome });
      if (durationMs !== null)
        set.observeTraced("onhook_delivery_seconds", durationMs / 1000, traceId);
      if (latencyMs !== null)
        set.observeTraced("onhook_delivery_latency_seconds", latencyMs / 1000, traceId);
      // The clock that stamped the CDR may be ahead of this machine's.
      if (firstRequestMs !== null)
        set.observe("onhook_first_request_seconds", {}, Math.max(0, firstRequestMs) / 1000);
      if (tenants.isOn) {
        const tenant = tenants.of(event.tenantId);
        set.count("onhook_tenant_delivery_attempts_total", { tenant, outcome });
      }
      if (outcome === "dead") set.count("onhook_dead_total", { reason: reason ?? "unknown" });
    },
    "delivery.in-flight": ({ count }) => set.set("onhook_deliveries_in_flight", {}, count),
    "delivery.surveyed": ({ inFlightLimit, buffered, overdueMs }) => {
      set.set("onhook_deliveries_in_flight_limit", {}, inFlightLimit);
      set.set("onhook_jobs_buffered", {}, buffered);
      for (const [tier, ms] of overdueMs)
        set.set("onhook_retry_oldest_overdue_seconds", { tier }, ms / 1000);
    },
    "delivery.sockets": ({ busy, idle }) => {
      set.set("onhook_sockets", { state: "busy" }, busy);
      set.set("onhook_sockets", { state: "idle" }, idle);
    },
    "delivery.retry-overdue": ({ tier, seconds }) =>
      set.observe("onhook_retry_overdue_seconds", { tier }, seconds),
    "endpoint.suspended": () => set.count("onhook_endpoint_suspensions_total", {}),
    "endpoint.recovering": null,
    "endpoint.well": null,
    "endpoint.redriven": ({ jobs, probe }) =>
      set.count("onhook_redriven_total", { probe: String(probe) }, jobs),
    "endpoint.left-dead": null,
    "endpoints.counted": (event) => {
      for (const state of ["failing", "suspended", "recovering"] as const)
        set.set("onhook_endpoints", { state }, event[state]);
      for (const state of ["failing", "suspended"] as const)
        set.set("onhook_endpoint_tenants", { state }, event.tenants[state]);
    },
    "trigger.disabled": ({ reason }) => set.count("onhook_triggers_disabled_total", { reason }),
    "trigger.not-disabled": () => set.count("onhook_trigger_switch_off_failures_total", {}),
    "endpoint.held": () => set.count("onhook_delivery_holds_total", {}),
    "delivery.detoured": () => set.count("onhook_detours_total", {}),
    "delivery.copy-passed-over": () => set.count("onhook_hand_on_copies_total", {}),
    "delivery.held": () => set.count("onhook_delivery_holds_total", {}),
    "delivery.commit-failed": () => set.count("onhook_commit_failures_total", {}),
    "job.undecodable": () => set.count("onhook_dead_total", { reason: "undecodable" }),
  } satisfies Partial<Recorders>;
}

type TenantCalls = { matched: number; unmatched: number };

/** Most of very many tenants share one label: their counts are added up here, which costs less than telling each. */
function byLabel(
  counted: EventOf<"cdr.tenants-counted">["tenants"],
  labels: TenantLabels,
): ReadonlyMap<string, TenantCalls> {
  const sums = new Map<string, TenantCalls>();
  for (const [tenantId, { matched, unmatched }] of counted) {
    const label = labels.of(tenantId);
    const sum = sums.get(label) ?? { matched: 0, unmatched: 0 };
    sum.matched += matched;
    sum.unmatched += unmatched;
    sums.set(label, sum);
  }
  return sums;
}

function matchRecorders(set: MetricSet, tenants: TenantLabels) {
  return {
    "cdr.batch-matched": ({ calls, matched, invalid, jobs, durationMs }) => {
      set.count("onhook_cdrs_total", { result: "matched" }, matched);
      set.count("onhook_cdrs_total", { result: "invalid" }, invalid);
      set.count("onhook_cdrs_total", { result: "unmatched" }, calls - matched - invalid);
      set.count("onhook_jobs_total", {}, jobs);
      set.observe("onhook_match_seconds", {}, durationMs / 1000);
    },
    "cdr.tenants-counted": (event) => {
      for (const [tenant, counts] of byLabel(event.tenants, tenants))
        for (const result of ["matched", "unmatched"] as const)
          set.count("onhook_tenant_cdrs_total", { tenant, result }, counts[result]);
    },
    "cdr.invalid": null,
    "cdr.traced": null,
    "match.type-mismatch": ({ count }) =>
      set.count("onhook_match_type_mismatches_total", {}, count),
  } satisfies Partial<Recorders>;
}

function storeRecorders(set: MetricSet) {
  return {
    "store.position": ({ table, position, end }) => {
      const lag = Math.max(0, end - position);
      if (table === "triggers") set.set("onhook_trigger_store_lag", {}, lag);
      if (table === "tenants") set.set("onhook_tenant_store_lag", {}, lag);
    },
    "store.records-lost": ({ table, count }) =>
      set.count("onhook_records_lost_total", { topic: table }, count),
    "store.reading-failed": null,
    "store.applied": ({ table, result }) =>
      set.count("onhook_store_events_total", { table, result }),
    "store.propagated": ({ table, seconds }) => {
      if (table === "triggers") set.observe("onhook_trigger_propagation_seconds", {}, seconds);
    },
    "triggers.counted": ({ counts }) => {
      for (const state of triggerStates) set.set("onhook_triggers", { state }, counts[state]);
    },
    "registry.failed": () => set.count("onhook_registry_failures_total", {}),
  } satisfies Partial<Recorders>;
}

function auditRecorders(set: MetricSet) {
  return {
    "audit.done": ({ at, durationMs, calls, jobs, missing, double, unexpected }) => {
      const { total: _calls, ...results } = calls;
      const { total: _jobs, ...states } = jobs;
      for (const [result, count] of Object.entries(results))
        set.set("onhook_audit_calls", { result }, count);
      for (const [state, count] of Object.entries(states))
        set.set("onhook_audit_jobs", { state: state === "inDoubt" ? "in-doubt" : state }, count);
      set.set("onhook_audit_missing", {}, missing);
      set.set("onhook_audit_double", {}, double);
      set.set("onhook_audit_unexpected", {}, unexpected);
      set.set("onhook_audit_seconds", {}, durationMs / 1000);
      set.set("onhook_audit_last_success_timestamp_seconds", {}, at / 1000);
    },
    "audit.failed": () => set.count("onhook_audit_failures_total", {}),
  } satisfies Partial<Recorders>;
}

function kafkaRecorders(set: MetricSet, consumers: ConsumerGauges) {
  return {
    "consumer.joined": (event) => consumers.joined(event),
    "consumer.rebalancing": ({ group }) => set.count("onhook_rebalances_total", { group }),
    "consumer.crashed": (event) => {
      set.count("onhook_consumer_crashes_total", { group: event.group });
      consumers.crashed(event);
    },
    "consumer.fetched": (event) => consumers.fetched(event),
    "consumer.lag": (event) => consumers.lag(event),
    "consumer.paused": ({ group, partitions }) =>
      set.set("onhook_paused_partitions", { group }, partitions),
    "groups.read": ({ at, isWhole, lags, members }) => {
      for (const { topic, group, records } of lags)
        set.set("onhook_group_lag", { topic, group }, records);
      for (const { group, count } of members) set.set("onhook_group_members", { group }, count);
      if (isWhole) set.set("onhook_group_lag_last_success_timestamp_seconds", {}, at / 1000);
    },
    "groups.reading-failed": null,
    "consumer.records-lost": ({ topic, count }) =>
      set.count("onhook_records_lost_total", { topic }, count),
    "consumer.rewound": ({ topic }) => set.count("onhook_partition_rewinds_total", { topic }),
    "transaction.aborted": ({ fenced }) =>
      set.count("onhook_transactions_aborted_total", { fenced: String(fenced) }),
    "producer.retrying": () => set.count("onhook_producer_retries_total", {}),
    "producer.abandoned": null,
  } satisfies Partial<Recorders>;
}

function tracingRecorders(set: MetricSet) {
  return {
    "tracing.spans-dropped": ({ reason, count }) =>
      set.count("onhook_trace_spans_dropped_total", { reason }, count),
    "tracing.spans-lost": null,
  } satisfies Partial<Recorders>;
}

function adminRecorders(set: MetricSet) {
  return {
    "admin.answered": ({ operation, status, durationMs }) => {
      const name = operation ?? "none";
      set.count("onhook_admin_requests_total", {
        operation: name,
        status: `${Math.floor(status / 100)}xx`,
      });
      set.observe("onhook_admin_request_seconds", { operation: name }, durationMs / 1000);
    },
    "admin.failed": null,
  } satisfies Partial<Recorders>;
}

function serviceRecorders(set: MetricSet) {
  return {
    "service.started": ({ version }) => set.set("onhook_build_info", { version }, 1),
    "service.dangerous-setting": null,
    "service.certificates": ({ setting, expiresAt }) =>
      set.set(
        "onhook_certificate_expiry_timestamp_seconds",
        { certificate: setting },
        expiresAt / 1000,
      ),
    "service.readiness": ({ isReady }) => set.set("onhook_ready", {}, isReady ? 1 : 0),
    "service.failed": null,
    "service.stopping": null,
    "service.drain-overrun": null,
    "service.stopped": null,
    "service.waiting": null,
  } satisfies Partial<Recorders>;
}

/** Gauges of prom-client that are named like counters; each is the sum of another one's series. */
const misnamed = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/**
 * The metrics of one process, in a registry of their own, next to those of Node itself under their usual names.
 * Labels are bounded: no URL, no trigger, and of tenants no more than the options say.
 */
export function createMetrics(clock: Clock, options: MetricsOptions = {}): Metrics {
  const consumers = new ConsumerGauges(clock);
  const set = consumers.metrics;
  collectDefaultMetrics({ register: set.registry });
  for (const name of misnamed) set.registry.removeSingleMetric(name);
  initialise(set);
  const tenants = new TenantLabels(options.tenants ?? 0);
  const recorders: Recorders = {
    ...accessRecorders(set),
    ...serviceRecorders(set),
    ...matchRecorders(set, tenants),
    ...deliveryRecorders(set, tenants),
    ...storeRecorders(set),
    ...kafkaRecorders(set, consumers),
    ...auditRecorders(set),
    ...historyRecorders(set),
    ...tracingRecorders(set),
    ...adminRecorders(set),
  };
  return {
    registry: set.registry,
    record(event) {
      (recorders[event.type] as ((event: AnyEvent) => void) | null)?.(event);
    },
  };
}
