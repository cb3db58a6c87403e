import { dashboard } from "./dashboard.ts";
import type { Row } from "./dashboard.ts";
import { graph, logs, stat, table } from "./panels.ts";
import { ofAll } from "./queries.ts";
import { lokiSource, processes, prometheusSource, text } from "./variables.ts";

const anything = ".*";
const ids = ["tenantId", "triggerId", "jobId", "cdrId"] as const;

const variables = [
  prometheusSource,
  lokiSource,
  ...processes,
  text(
    "streams",
    "Streams of Loki",
    '{app="onhook"}',
    "What chooses Onhook's lines in your Loki: its labels are given by whatever brings them there.",
  ),
  ...ids.map((id) =>
    text(
      id,
      id,
      anything,
      `A ${id} as a line of the log has it, or a regular expression; ${anything} is any.`,
    ),
  ),
];

/** Lines that have all of the ids. The text is looked at before it is taken apart, which is far cheaper. */
const lines = (words: string): string =>
  `\${streams:raw} ${words} ${ids.map((id) => `|~ "$${id}"`).join(" ")} | json ` +
  ids.map((id) => `| ${id}=~"$${id}"`).join(" ");

const attempts = lines('|= "delivery.attempted"');
const failures = `${attempts} | outcome=~"failed|dead"`;
const delivered = `${attempts} | outcome="delivered"`;

/** This dashboard, with one more id filled in by the cell that is clicked on. */
const only = (id: (typeof ids)[number]): string =>
  `/d/onhook-drill-down?\${__url_time_range}&\${datasource:queryparam}&\${loki:queryparam}&\${streams:queryparam}&\${namespace:queryparam}&\${job:queryparam}&var-${id}=\${__value.raw}`;

const summary: Row = {
  title: "What happened",
  panels: [
    stat({
      title: "Delivered",
      about:
        "Attempts that were answered by a 2xx. The deliverer's lines are counted, so lines that were dropped on their way to Loki are not in it.",
      unit: "short",
      queries: [{ expr: `sum(count_over_time(${delivered} [$__range]))`, instant: true }],
      width: 6,
      none: "0",
      fromLoki: true,
    }),
    stat({
      title: "Failed, tried again",
      about:
        "Each such attempt is followed by another one: the field nextAttemptAt of its line says when.",
      unit: "short",
      queries: [
        { expr: `sum(count_over_time(${attempts} | outcome="failed" [$__range]))`, instant: true },
      ],
      width: 6,
      none: "0",
      steps: [
        [null, "green"],
        [1, "yellow"],
      ],
      fromLoki: true,
    }),
    stat({
      title: "Given up",
      about: "`onhook dead list` shows them, `onhook replay dead` sends them anew.",
      unit: "short",
      queries: [
        { expr: `sum(count_over_time(${attempts} | outcome="dead" [$__range]))`, instant: true },
      ],
      width: 6,
      none: "0",
      steps: [
        [null, "green"],
        [1, "red"],
      ],
      fromLoki: true,
    }),
    stat({
      title: "Cancelled",
      about: "Their trigger was deleted or disabled meanwhile.",
      unit: "short",
      queries: [
        {
          expr: `sum(count_over_time(${attempts} | outcome="cancelled" [$__range]))`,
          instant: true,
        },
      ],
      width: 6,
      none: "0",
      fromLoki: true,
    }),
    graph({
      title: "Attempts, by outcome",
      about: "From the lines delivery.attempted.",
      unit: "short",
      queries: [
        {
          expr: `sum by (outcome) (count_over_time(${attempts} [$__interval]))`,
          legend: "{{outcome}}",
        },
      ],
      width: 12,
      bars: true,
      stacked: true,
      fromLoki: true,
    }),
    graph({
      title: "How long its requests take, 99 of 100",
      about: "By the receiver's host. Near delivery.timeoutMs the receiver hangs.",
      unit: "ms",
      queries: [
        {
          expr: `quantile_over_time(0.99, ${attempts} | durationMs!="" | unwrap durationMs | __error__="" [$__interval]) by (host)`,
          legend: "{{host}}",
        },
      ],
      width: 12,
      fromLoki: true,
    }),
  ],
};

const failing: Row = {
  title: "What fails",
  panels: [
    table({
      title: "Why, and where",
      about: "Click on an id to see it alone. docs/topics.md says what each reason means.",
      unit: "short",
      queries: [
        {
          expr: `topk(50, sum by (tenantId, triggerId, host, reason, status) (count_over_time(${failures} [$__range])))`,
          instant: true,
          column: "attempts",
        },
      ],
      width: 24,
      cellLinks: { tenantId: only("tenantId"), triggerId: only("triggerId") },
      fromLoki: true,
    }),
  ],
};

const story: Row = {
  title: "The lines themselves",
  panels: [
    logs({
      title: "Attempts",
      about:
        "With a jobId (the webhook-id), or a cdrId, this is all that happened to it. Open a line to see all of its fields, and trace_id where traces are on.",
      queries: [
        {
          expr: `${attempts} | line_format "{{.outcome}} {{.reason}} {{.status}} · attempt {{.attempt}}, {{.durationMs}} ms · {{.method}} {{.host}} · job {{.jobId}} · trigger {{.triggerId}} · {{.problem}}"`,
        },
      ],
      width: 24,
      height: 12,
    }),
    logs({
      title: "Whatever else was said of it",
      about:
        "Suspensions of its endpoint, triggers that were refused or switched off, and all that went wrong.",
      queries: [{ expr: lines('!= "delivery.attempted"') }],
      width: 24,
      height: 10,
    }),
  ],
};

const inNumbers: Row = {
  title: "Tenants in numbers (metrics.tenants)",
  panels: [
    graph({
      title: "Calls of tenants",
      unit: "cps",
      queries: [
        {
          expr: `topk(10, sum by (tenant, result) (rate(${ofAll("onhook_tenant_cdrs_total", 'tenant=~"$tenantId"')}[$__rate_interval])))`,
          legend: "{{tenant}} {{result}}",
        },
      ],
      width: 12,
    }),
    graph({
      title: "Attempts of tenants",
      unit: "reqps",
      queries: [
        {
          expr: `topk(10, sum by (tenant, outcome) (rate(${ofAll("onhook_tenant_delivery_attempts_total", 'tenant=~"$tenantId"')}[$__rate_interval])))`,
          legend: "{{tenant}} {{outcome}}",
        },
      ],
      width: 12,
    }),
  ],
};

export const drillDown = dashboard({
  uid: "onhook-drill-down",
  title: "Onhook · One tenant, trigger or webhook",
  description:
    "What happened to the webhooks of one tenant, trigger, call or job, out of the log in Loki.",
  variables,
  from: "now-3h",
  rows: [summary, failing, story, inNumbers],
});
