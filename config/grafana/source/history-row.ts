import type { Row } from "./dashboard.ts";
import { graph } from "./panels.ts";
import { increase, of, quantiles } from "./queries.ts";

export const history: Row = {
  title: "What the admin role remembers",
  panels: [
    graph({
      title: "Not in the history yet",
      about: "It is high while a new history is filled, and falls then.",
      unit: "short",
      queries: [
        {
          expr: `max by (instance, topic) (${of("onhook_history_lag")})`,
          legend: "{{topic}}, {{instance}}",
        },
      ],
      width: 8,
    }),
    graph({
      title: "Since the history got on",
      about: "Of the partition that has waited longest. The log says what it waits for.",
      unit: "s",
      queries: [
        {
          expr: `max by (instance, topic) (${of("onhook_history_stalled_seconds")})`,
          legend: "{{topic}}, {{instance}}",
        },
      ],
      width: 8,
      steps: [
        [null, "green"],
        [60, "red"],
      ],
      line: true,
    }),
    graph({
      title: "Time of its answers",
      unit: "s",
      queries: quantiles("onhook_history_query_seconds", [0.5, 0.95]),
      width: 8,
    }),
    graph({
      title: "Rows of the history",
      unit: "short",
      queries: [
        {
          expr: `max by (instance, table) (${of("onhook_history_rows")})`,
          legend: "{{table}}, {{instance}}",
        },
      ],
      width: 6,
    }),
    graph({
      title: "Size of the history, memory of recent calls",
      unit: "bytes",
      queries: [
        {
          expr: `max by (instance) (${of("onhook_history_bytes")})`,
          legend: "history, {{instance}}",
        },
        {
          expr: `max by (instance) (${of("onhook_recent_calls_bytes")})`,
          legend: "recent calls, {{instance}}",
        },
      ],
      width: 6,
    }),
    graph({
      title: "Recent calls",
      unit: "short",
      queries: [
        { expr: `max by (instance) (${of("onhook_recent_calls")})`, legend: "{{instance}}" },
      ],
      width: 6,
    }),
    graph({
      title: "Made anew, forgotten, missing",
      unit: "short",
      queries: [
        {
          expr: `sum by (reason) (${increase("onhook_history_rebuilds_total")})`,
          legend: "made anew: {{reason}}",
        },
        {
          expr: `sum by (reason) (${increase("onhook_history_forgotten_total")})`,
          legend: "forgotten for {{reason}}",
        },
        {
          expr: `sum by (topic, reason) (${increase("onhook_history_missing_total")})`,
          legend: "{{reason}} of {{topic}}",
        },
      ],
      width: 6,
      bars: true,
    }),
  ],
};
