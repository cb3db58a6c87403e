import { access } from "./access-row.ts";
import { dashboard } from "./dashboard.ts";
import type { Row } from "./dashboard.ts";
import { history } from "./history-row.ts";
import { graph, stat, table } from "./panels.ts";
import { increase, of, ofAll, quantiles } from "./queries.ts";
import { groupLag, pausedPartitions } from "./repeated-panels.ts";
import { processesOfAll, runtime } from "./runtime-rows.ts";
import { processes, prometheusSource } from "./variables.ts";

const lag: Row = {
  title: "Lag",
  panels: [
    groupLag(8),
    graph({
      title: "Not fetched yet, by topic",
      about:
        "Of the partitions that the chosen processes have; it is more exact than what the groups have committed, and knows nothing of partitions that nobody has.",
      unit: "short",
      queries: [
        { expr: `sum by (topic, group) (${of("onhook_consumer_lag")})`, legend: "{{topic}}" },
      ],
      width: 8,
    }),
    table({
      title: "Partitions with the most lag",
      unit: "short",
      queries: [
        {
          expr: `topk(20, max by (topic, partition, group) (${of("onhook_consumer_lag")}))`,
          instant: true,
          column: "lag",
        },
      ],
      width: 8,
    }),
    graph({
      title: "Members of groups",
      about: "Fewer than there are processes of the role: one of them is not in its group.",
      unit: "short",
      queries: [{ expr: `max by (group) (${ofAll("onhook_group_members")})`, legend: "{{group}}" }],
      width: 8,
    }),
    pausedPartitions(8),
    stat({
      title: "Since the lag of groups was read",
      about: "Only processes of the admin role read it.",
      unit: "s",
      queries: [
        {
          expr: `time() - (max(${ofAll("onhook_group_lag_last_success_timestamp_seconds")}) > 0)`,
          instant: true,
        },
      ],
      width: 8,
      height: 8,
      steps: [
        [null, "green"],
        [120, "red"],
      ],
      none: "never",
    }),
  ],
};

const kafka: Row = {
  title: "Kafka, the registry and the collector",
  panels: [
    graph({
      title: "Since the last fetch",
      unit: "s",
      queries: [
        {
          expr: `max by (group) (${of("onhook_consumer_fetch_age_seconds")})`,
          legend: "{{group}}",
        },
      ],
      width: 8,
      steps: [
        [null, "green"],
        [60, "red"],
      ],
      line: true,
      atLeast: 10,
    }),
    graph({
      title: "Rebalances and crashes",
      unit: "short",
      queries: [
        {
          expr: `sum by (group) (${increase("onhook_rebalances_total")})`,
          legend: "rebalance {{group}}",
        },
        {
          expr: `sum by (group) (${increase("onhook_consumer_crashes_total")})`,
          legend: "crash {{group}}",
        },
      ],
      width: 8,
      bars: true,
    }),
    graph({
      title: "Transactions given up",
      unit: "short",
      queries: [
        {
          expr: `sum by (fenced) (${increase("onhook_transactions_aborted_total")})`,
          legend: "fenced: {{fenced}}",
        },
      ],
      width: 8,
      bars: true,
    }),
    graph({
      title: "Writes and commits said again",
      unit: "short",
      queries: [
        { expr: `sum(${increase("onhook_producer_retries_total")})`, legend: "writes" },
        { expr: `sum(${increase("onhook_commit_failures_total")})`, legend: "commits" },
      ],
      width: 6,
      bars: true,
    }),
    graph({
      title: "Records lost, partitions rewound",
      about: "Neither should ever happen.",
      unit: "short",
      queries: [
        {
          expr: `sum by (topic) (${increase("onhook_records_lost_total")})`,
          legend: "lost of {{topic}}",
        },
        {
          expr: `sum by (topic) (${increase("onhook_partition_rewinds_total")})`,
          legend: "rewound {{topic}}",
        },
      ],
      width: 6,
      bars: true,
    }),
    graph({
      title: "Registry failures",
      unit: "short",
      queries: [{ expr: `sum(${increase("onhook_registry_failures_total")})`, legend: "failures" }],
      width: 6,
      bars: true,
    }),
    graph({
      title: "Spans not exported",
      unit: "short",
      queries: [
        {
          expr: `sum by (reason) (${increase("onhook_trace_spans_dropped_total")})`,
          legend: "{{reason}}",
        },
      ],
      width: 6,
      bars: true,
    }),
  ],
};

const api: Row = {
  title: "The API",
  panels: [
    graph({
      title: "Requests by class of status",
      unit: "short",
      queries: [
        {
          expr: `sum by (status) (${increase("onhook_admin_requests_total")})`,
          legend: "{{status}}",
        },
      ],
      width: 8,
      bars: true,
    }),
    graph({
      title: "Refused or failed, by operation",
      unit: "short",
      queries: [
        {
          expr: `topk(10, sum by (operation) (${increase("onhook_admin_requests_total", 'status=~"4xx|5xx"')}))`,
          legend: "{{operation}}",
        },
      ],
      width: 8,
      bars: true,
    }),
    graph({
      title: "Time to the answer",
      unit: "s",
      queries: quantiles("onhook_admin_request_seconds"),
      width: 8,
    }),
  ],
};

export const kafkaAndRuntime = dashboard({
  uid: "onhook-kafka-and-runtime",
  title: "Onhook · Kafka and runtime",
  description:
    "Lag by topic and partition, consumers, transactions and the registry; processes, memory and the event loop.",
  variables: [prometheusSource, ...processes],
  rows: [lag, kafka, api, processesOfAll, runtime, access, history],
});
