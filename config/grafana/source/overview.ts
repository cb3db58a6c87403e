import { dashboard } from "./dashboard.ts";
import type { Row } from "./dashboard.ts";
import { graph, stat, table } from "./panels.ts";
import { burnRate, increase, inTime, objective, of, ofAll, rate } from "./queries.ts";
import {
  firstRequests,
  givenUp,
  groupLag,
  oldestRetries,
  unwellEndpoints,
} from "./repeated-panels.ts";
import { processes, prometheusSource } from "./variables.ts";

const { withinSeconds, share } = objective;
const target = `${share * 100} % of first requests begin within ${withinSeconds} s of their call`;

/** Scraped targets of a job that has, or had in the last hour, a process of Onhook. */
const targets =
  'count(up{namespace=~"$namespace", job=~"$job", instance=~"$instance"} and on (namespace, job) ' +
  `last_over_time(${of("onhook_build_info")}[1h]))`;

const books = (["missing", "double", "unexpected"] as const).map(
  (what) => `sum(${ofAll(`onhook_audit_${what}`)})`,
);

const healthy: Row = {
  title: "Is it healthy?",
  panels: [
    stat({
      title: "First requests in time",
      about: `The objective: ${target}. What receivers do with them is theirs.`,
      unit: "percentunit",
      queries: [{ expr: inTime("$__range"), instant: true }],
      width: 4,
      steps: [
        [null, "red"],
        [share, "green"],
      ],
      none: "no webhooks",
    }),
    stat({
      title: "Error budget left, 30 days",
      about: `What is left of the part that may be late by the objective (${target}). Below 0 the objective is missed: mend before anything new is rolled out.`,
      unit: "percentunit",
      queries: [{ expr: `1 - ${burnRate("30d")}`, instant: true }],
      width: 4,
      steps: [
        [null, "red"],
        [0, "orange"],
        [0.25, "green"],
      ],
      none: "no webhooks",
    }),
    stat({
      title: "Budget burnt, last hour",
      about:
        "How many times faster than allowed the error budget is used up. At 1 it lasts for 30 days, at 14.4 for two: look at once.",
      unit: "suffix:×",
      queries: [{ expr: burnRate("1h"), instant: true }],
      width: 4,
      steps: [
        [null, "green"],
        [1, "yellow"],
        [6, "orange"],
        [14.4, "red"],
      ],
      none: "no webhooks",
    }),
    stat({
      title: "Processes not ready",
      about:
        "Targets of Prometheus that don't answer, or whose /readyz says 503. Ask that path of the process: it says what is missing.",
      unit: "short",
      queries: [{ expr: `${targets} - sum(${of("onhook_ready")})` }],
      width: 4,
      steps: [
        [null, "green"],
        [1, "red"],
      ],
      none: "no process",
    }),
    stat({
      title: "Books out of balance",
      about: "Webhooks missing, double and unexpected, as the last audit counted them.",
      unit: "short",
      queries: [{ expr: books.join(" + ") }],
      width: 4,
      steps: [
        [null, "green"],
        [1, "red"],
      ],
      none: "no audit",
    }),
    stat({
      title: "Alerts firing",
      about: "Each has a page in docs/runbooks. The list is below.",
      unit: "short",
      queries: [
        {
          expr: 'count(ALERTS{alertstate="firing", alertname=~"Onhook.*", namespace=~"|$namespace"}) or vector(0)',
        },
      ],
      width: 4,
      steps: [
        [null, "green"],
        [1, "red"],
      ],
    }),
  ],
};

const hurting: Row = {
  title: "Where does it hurt?",
  panels: [
    table({
      title: "Alerts",
      about:
        "What fires, or is about to. The annotation runbook_url of an alert leads to what to do.",
      unit: "short",
      queries: [
        {
          expr: 'max by (alertname, severity, alertstate) (ALERTS{alertname=~"Onhook.*", namespace=~"|$namespace"})',
          instant: true,
        },
      ],
      width: 8,
      without: ["Value", "Value #A"],
      none: "none",
    }),
    groupLag(8),
    oldestRetries(8),
    unwellEndpoints(8),
    givenUp(8),
    graph({
      title: "Faults on this side",
      about: "All of these should stand still.",
      unit: "short",
      queries: [
        {
          expr: `sum(${increase("onhook_cdrs_total", 'result="invalid"')})`,
          legend: "calls to quarantine",
        },
        { expr: `sum(${increase("onhook_records_lost_total")})`, legend: "records lost" },
        { expr: `sum(${increase("onhook_consumer_crashes_total")})`, legend: "consumers crashed" },
        { expr: `sum(${increase("onhook_registry_failures_total")})`, legend: "registry failures" },
        { expr: `sum(${increase("onhook_delivery_holds_total")})`, legend: "jobs held" },
      ],
      width: 8,
      bars: true,
      stacked: true,
    }),
  ],
};

const traffic: Row = {
  title: "Calls in, webhooks out",
  panels: [
    graph({
      title: "Calls",
      unit: "cps",
      queries: [{ expr: `sum by (result) (${rate("onhook_cdrs_total")})`, legend: "{{result}}" }],
      width: 8,
      stacked: true,
    }),
    graph({
      title: "Attempts",
      unit: "reqps",
      queries: [
        {
          expr: `sum by (outcome) (${rate("onhook_delivery_attempts_total")})`,
          legend: "{{outcome}}",
        },
        { expr: `sum(${rate("onhook_jobs_total")})`, legend: "jobs made" },
      ],
      width: 8,
    }),
    firstRequests(8),
  ],
};

const audits: Row = {
  title: "Do the books balance?",
  panels: [
    graph({
      title: "Missing, double, unexpected",
      unit: "short",
      queries: books.map((expr, index) => ({
        expr,
        legend: ["missing", "double", "unexpected"][index] ?? "",
      })),
      width: 8,
      steps: [
        [null, "green"],
        [1, "red"],
      ],
      line: true,
    }),
    graph({
      title: "Calls and jobs of the last audit",
      unit: "short",
      queries: [
        { expr: `max by (result) (${ofAll("onhook_audit_calls")})`, legend: "calls {{result}}" },
        { expr: `max by (state) (${ofAll("onhook_audit_jobs")})`, legend: "jobs {{state}}" },
      ],
      width: 8,
    }),
    stat({
      title: "Since the last audit",
      about: "Only where audit.intervalMs is set an audit is made at all.",
      unit: "s",
      queries: [
        {
          expr: `time() - (max(${ofAll("onhook_audit_last_success_timestamp_seconds")}) > 0)`,
          instant: true,
        },
      ],
      width: 4,
      height: 8,
      none: "no audit",
    }),
    graph({
      title: "Audits",
      unit: "s",
      queries: [
        { expr: `max(${ofAll("onhook_audit_seconds")})`, legend: "took" },
        { expr: `sum(${increase("onhook_audit_failures_total")})`, legend: "failed (number)" },
      ],
      width: 4,
    }),
  ],
};

export const overview = dashboard({
  uid: "onhook-overview",
  title: "Onhook · Overview",
  description:
    "Is it healthy, and where does it hurt? Begin here; the other dashboards are linked above.",
  variables: [prometheusSource, ...processes],
  rows: [healthy, hurting, traffic, audits],
});
