import { dashboard } from "./dashboard.ts";
import type { Row } from "./dashboard.ts";
import { graph, heatmap } from "./panels.ts";
import { burnRate, increase, of, quantiles, rate } from "./queries.ts";
import {
  firstRequests,
  givenUp,
  groupLag,
  oldestRetries,
  pausedPartitions,
  sockets,
  unwellEndpoints,
} from "./repeated-panels.ts";
import { processes, prometheusSource } from "./variables.ts";

const onTime: Row = {
  title: "Do webhooks go out in time?",
  panels: [
    firstRequests(8),
    graph({
      title: "Error budget burnt",
      about:
        "How many times faster than allowed, over several windows. A short and a long one above 14.4, or 6, at once is what pages.",
      unit: "suffix:×",
      queries: ["5m", "1h", "6h", "3d"].map((range) => ({ expr: burnRate(range), legend: range })),
      width: 8,
      steps: [
        [null, "green"],
        [1, "yellow"],
        [14.4, "red"],
      ],
      line: true,
      atLeast: 1,
    }),
    heatmap({
      title: "First requests, by time from the call",
      unit: "s",
      queries: [
        {
          expr: `sum by (le) (${increase("onhook_first_request_seconds_bucket")})`,
          legend: "{{le}}",
        },
      ],
      width: 8,
    }),
  ],
};

const attempts: Row = {
  title: "What becomes of attempts",
  panels: [
    graph({
      title: "Attempts",
      unit: "reqps",
      queries: [
        {
          expr: `sum by (outcome) (${rate("onhook_delivery_attempts_total")})`,
          legend: "{{outcome}}",
        },
      ],
      width: 8,
      stacked: true,
    }),
    graph({
      title: "Attempts that were delivered",
      about: "What receivers refuse lowers it, too: it is no measure of the service alone.",
      unit: "percentunit",
      queries: [
        {
          expr: `sum(${rate("onhook_delivery_attempts_total", 'outcome="delivered"')}) / sum(${rate("onhook_delivery_attempts_total", 'outcome=~"delivered|failed|dead"')})`,
          legend: "delivered",
        },
      ],
      width: 8,
    }),
    givenUp(8),
    graph({
      title: "How long requests take",
      unit: "s",
      queries: quantiles("onhook_delivery_seconds", [0.5, 0.9, 0.99], { exemplars: true }),
      width: 8,
    }),
    graph({
      title: "From the call to the 2xx",
      unit: "s",
      queries: quantiles("onhook_delivery_latency_seconds", [0.5, 0.9, 0.99], { exemplars: true }),
      width: 8,
      log: true,
    }),
    heatmap({
      title: "Requests, by how long they take",
      unit: "s",
      queries: [
        { expr: `sum by (le) (${increase("onhook_delivery_seconds_bucket")})`, legend: "{{le}}" },
      ],
      width: 8,
    }),
  ],
};

const full: Row = {
  title: "Is a process full?",
  panels: [
    graph({
      title: "Requests under way, of those allowed",
      unit: "percentunit",
      queries: [
        {
          expr: `${of("onhook_deliveries_in_flight")} / (${of("onhook_deliveries_in_flight_limit")} > 0)`,
          legend: "{{instance}}",
        },
      ],
      width: 8,
      steps: [
        [null, "green"],
        [0.9, "red"],
      ],
      line: true,
      atLeast: 1,
    }),
    graph({
      title: "Jobs in memory",
      unit: "short",
      queries: [
        { expr: `sum by (instance) (${of("onhook_jobs_buffered")})`, legend: "{{instance}}" },
      ],
      width: 8,
    }),
    pausedPartitions(8),
    groupLag(
      12,
      "The line of kafka.deliverGroup says how many jobs wait for the end of their first attempt.",
    ),
    sockets(12),
  ],
};

const ladder: Row = {
  title: "Are retries in time?",
  panels: [
    oldestRetries(12),
    graph({
      title: "Retries sent: how late, 99 of 100",
      unit: "s",
      queries: [
        {
          expr: `histogram_quantile(0.99, sum by (le, tier) (${rate("onhook_retry_overdue_seconds_bucket")}))`,
          legend: "{{tier}}",
        },
      ],
      width: 12,
      steps: [
        [null, "green"],
        [0.25, "yellow"],
      ],
      line: true,
    }),
  ],
};

const endpoints: Row = {
  title: "Endpoints",
  panels: [
    unwellEndpoints(6),
    graph({
      title: "Tenants of endpoints that are not well",
      about: "The most that one process knows of.",
      unit: "short",
      queries: [{ expr: `max by (state) (${of("onhook_endpoint_tenants")})`, legend: "{{state}}" }],
      width: 6,
    }),
    graph({
      title: "Suspensions, triggers switched off",
      unit: "short",
      queries: [
        { expr: `sum(${increase("onhook_endpoint_suspensions_total")})`, legend: "suspended" },
        {
          expr: `sum by (reason) (${increase("onhook_triggers_disabled_total")})`,
          legend: "switched off: {{reason}}",
        },
        {
          expr: `sum(${increase("onhook_trigger_switch_off_failures_total")})`,
          legend: "could not be switched off",
        },
      ],
      width: 6,
      bars: true,
    }),
    graph({
      title: "Set aside and sent anew",
      unit: "cps",
      queries: [
        { expr: `sum by (probe) (${rate("onhook_redriven_total")})`, legend: "probe: {{probe}}" },
      ],
      width: 6,
    }),
    graph({
      title: "Detours",
      unit: "cps",
      queries: [{ expr: `sum(${rate("onhook_detours_total")})`, legend: "detours" }],
      width: 8,
    }),
    graph({
      title: "Jobs held for a fault on this side",
      unit: "short",
      queries: [{ expr: `sum(${increase("onhook_delivery_holds_total")})`, legend: "held" }],
      width: 8,
      bars: true,
    }),
    graph({
      title: "Records passed over",
      unit: "short",
      queries: [{ expr: `sum(${increase("onhook_hand_on_copies_total")})`, legend: "copies" }],
      width: 8,
      bars: true,
    }),
  ],
};

export const delivery = dashboard({
  uid: "onhook-delivery",
  title: "Onhook · Delivery",
  description:
    "From jobs to requests: whether they go out in time, what receivers answer, retries and endpoints.",
  variables: [prometheusSource, ...processes],
  rows: [onTime, attempts, full, ladder, endpoints],
});
