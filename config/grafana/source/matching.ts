import { dashboard } from "./dashboard.ts";
import type { Row } from "./dashboard.ts";
import { graph, stat } from "./panels.ts";
import { increase, of, quantiles, rate } from "./queries.ts";
import { groupLag } from "./repeated-panels.ts";
import { processes, prometheusSource } from "./variables.ts";

const behind: Row = {
  title: "Does it keep up?",
  panels: [
    graph({
      title: "Calls",
      unit: "cps",
      queries: [{ expr: `sum by (result) (${rate("onhook_cdrs_total")})`, legend: "{{result}}" }],
      width: 8,
      stacked: true,
    }),
    groupLag(8, "The line of kafka.matchGroup says how many calls wait to be matched."),
    graph({
      title: "Matching one batch",
      unit: "s",
      queries: quantiles("onhook_match_seconds", [0.5, 0.99]),
      width: 8,
    }),
    graph({
      title: "Calls in a batch",
      about:
        "Large batches mean that there is much to do: one that waits for nothing takes what has come.",
      unit: "short",
      queries: [
        {
          expr: `sum(${rate("onhook_cdrs_total")}) / sum(${rate("onhook_match_seconds_count")})`,
          legend: "calls a batch",
        },
      ],
      width: 8,
    }),
    graph({
      title: "Calls by process",
      about: "Partitions are shared out evenly; an uneven rate comes of uneven keys.",
      unit: "cps",
      queries: [
        { expr: `sum by (instance) (${rate("onhook_cdrs_total")}) > 0`, legend: "{{instance}}" },
      ],
      width: 8,
      stacked: true,
    }),
    graph({
      title: "Time spent matching, by process",
      about:
        "Of one second, so that 1 is all that a process can. What is left goes to Kafka and the collector.",
      unit: "percentunit",
      queries: [
        {
          expr: `sum by (instance) (${rate("onhook_match_seconds_sum")}) > 0`,
          legend: "{{instance}}",
        },
      ],
      width: 8,
    }),
  ],
};

const fires: Row = {
  title: "What fires",
  panels: [
    graph({
      title: "Calls that fired a trigger",
      about:
        "A sudden change without one of the triggers is a change in the calls, often in a field's type.",
      unit: "percentunit",
      queries: [
        {
          expr: `sum(${rate("onhook_cdrs_total", 'result="matched"')}) / sum(${rate("onhook_cdrs_total")})`,
          legend: "matched",
        },
      ],
      width: 8,
    }),
    graph({
      title: "Jobs",
      unit: "cps",
      queries: [{ expr: `sum(${rate("onhook_jobs_total")})`, legend: "jobs made" }],
      width: 8,
    }),
    graph({
      title: "Calls that something is wrong with",
      unit: "short",
      queries: [
        {
          expr: `sum(${increase("onhook_cdrs_total", 'result="invalid"')})`,
          legend: "to quarantine",
        },
        {
          expr: `sum(${increase("onhook_match_type_mismatches_total")})`,
          legend: "a field of another type",
        },
      ],
      width: 8,
      bars: true,
    }),
  ],
};

const store: Row = {
  title: "Triggers and tenants",
  panels: [
    stat({
      title: "Triggers refused",
      unit: "short",
      queries: [{ expr: `max(${of("onhook_triggers", 'state="refused"')})` }],
      width: 4,
      height: 8,
      steps: [
        [null, "green"],
        [1, "orange"],
      ],
    }),
    graph({
      title: "Triggers by state",
      about: "All processes hold all triggers: the most of them counts.",
      unit: "short",
      queries: [{ expr: `max by (state) (${of("onhook_triggers")})`, legend: "{{state}}" }],
      width: 10,
    }),
    graph({
      title: "Changes not yet taken on",
      unit: "short",
      queries: [
        { expr: `max(${of("onhook_trigger_store_lag")})`, legend: "triggers" },
        { expr: `max(${of("onhook_tenant_store_lag")})`, legend: "tenants" },
      ],
      width: 10,
      atLeast: 10,
    }),
    graph({
      title: "From a change to its effect",
      unit: "s",
      queries: quantiles("onhook_trigger_propagation_seconds", [0.5, 0.99]),
      width: 12,
      steps: [
        [null, "green"],
        [1, "red"],
      ],
      line: true,
    }),
    graph({
      title: "Changes",
      about: "As one process counts them: each reads all of them.",
      unit: "short",
      queries: [
        {
          expr: `max by (table, result) (${increase("onhook_store_events_total")})`,
          legend: "{{table}} {{result}}",
        },
      ],
      width: 12,
      bars: true,
    }),
  ],
};

export const matching = dashboard({
  uid: "onhook-matching",
  title: "Onhook · Matching",
  description:
    "From calls to jobs: whether matching keeps up, what fires, and what becomes of changes to triggers.",
  variables: [prometheusSource, ...processes],
  rows: [behind, fires, store],
});
