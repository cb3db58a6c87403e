import { promptBuckets } from "./metric-spec.ts";
import type { MetricSpec } from "./metric-spec.ts";

const requestBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

export const deliveryMetrics = {
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
    exemplars: true,
  },
  onhook_delivery_latency_seconds: {
    type: "histogram",
    labels: [],
    help: "Time from the append of the CDR to the 2xx, the waits of retries included.",
    action:
      "When it grows while onhook_delivery_seconds does not, look at consumer lag and deliveries in flight.",
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 1800],
    exemplars: true,
  },
  onhook_first_request_seconds: {
    type: "histogram",
    labels: [],
    help: "Time from the append of the CDR to the begin of its job's first request. Jobs that had to wait for their endpoint and those of replays are not counted: it is what the service itself answers for.",
    action:
      "When it grows, look at onhook_group_lag, onhook_deliveries_in_flight and the load of the machine; add processes of the role that lags.",
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
  },
  onhook_deliveries_in_flight: {
    type: "gauge",
    labels: [],
    help: "Requests under way in this process.",
    action:
      "When it stays at delivery.maxInFlight, add processes of the deliver role or raise the setting.",
  },
  onhook_deliveries_in_flight_limit: {
    type: "gauge",
    labels: [],
    help: "How many requests this process makes at most at the same time: delivery.maxInFlight. 0 without the deliver role.",
    action: "None; onhook_deliveries_in_flight is read against it.",
  },
  onhook_jobs_buffered: {
    type: "gauge",
    labels: [],
    help: "Jobs that this process has read and holds in memory until their time or their turn.",
    action:
      "Retries that wait are normal. When it grows while onhook_deliveries_in_flight is at its limit, add processes of the deliver role.",
  },
  onhook_sockets: {
    type: "gauge",
    labels: ["state"],
    help: "Connections to receivers (or the proxy): busy (with a request, being made or being closed), idle (kept for the next request).",
    action:
      "It must stay well below the limit of open files of the process (process_max_fds); raise that, or lower delivery.maxInFlight.",
  },
  onhook_retry_oldest_overdue_seconds: {
    type: "gauge",
    labels: ["tier"],
    help: "How long the oldest job of a rung that this process has read and not sent has been overdue, by the rung's wait; 0 where none is.",
    action:
      "Above some seconds retries are stuck: look for delivery.held in the log, at onhook_deliveries_in_flight, and at the brokers.",
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
  onhook_hand_on_copies_total: {
    type: "counter",
    labels: [],
    help: "Records of jobs passed over, since another one stands for the same work: a worker that died, or lost its partition, had handed the job on and not committed that.",
    action: "None; it tells of deaths and rebalances in the middle of work.",
  },
  onhook_endpoints: {
    type: "gauge",
    labels: ["state"],
    help: "Endpoints that are not well: failing (three requests running, as this process sees it), suspended (its jobs are set aside), recovering (what was set aside is sent anew).",
    action:
      "Many at once: the fault is on this side. A single one: tell the tenant; the log has the host and the reason.",
  },
  onhook_endpoint_tenants: {
    type: "gauge",
    labels: ["state"],
    help: "Tenants that have an endpoint in this state, each counted once: failing, suspended, as for onhook_endpoints.",
    action:
      "Endpoints of many tenants at once: the fault is on this side. Many endpoints of one tenant: its host is at fault.",
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
  onhook_trigger_switch_off_failures_total: {
    type: "counter",
    labels: [],
    help: "Times that a trigger whose receiver is gone (it answered 410) could not be switched off. Each of its jobs goes on getting one request; a job that is answered so after ten seconds has it tried again.",
    action:
      "The log has the trigger and the error. Run `topics apply` where onhook.changes or its schema is missing; give the deliver role its rights where the brokers refuse it.",
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
