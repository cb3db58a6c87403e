import type { HistoryEvent, RebuildReason } from "../history/history-events.ts";
import type { MetricSet } from "./metric-set.ts";

const rebuilds: Record<RebuildReason, true> = {
  absent: true,
  "other-version": true,
  foreign: true,
  damaged: true,
};

type Recorders = {
  readonly [Type in HistoryEvent["type"]]:
    | ((event: Extract<HistoryEvent, { readonly type: Type }>) => void)
    | null;
};

/** What the history's events count; the series that have to be there from the start are. */
export function historyRecorders(set: MetricSet): Recorders {
  for (const reason of Object.keys(rebuilds))
    set.count("onhook_history_rebuilds_total", { reason }, 0);
  for (const reason of ["age", "size"]) set.count("onhook_history_forgotten_total", { reason }, 0);
  return {
    "history.opened": ({ rebuild }) => {
      if (rebuild !== null) set.count("onhook_history_rebuilds_total", { reason: rebuild });
    },
    "history.moved-aside": null,
    "history.reading-failed": null,
    "history.write-failed": null,
    "history.records-lost": ({ topic, count }) =>
      set.count("onhook_history_missing_total", { topic, reason: "deleted" }, count),
    "history.rewound": null,
    "history.undecodable": ({ topic, count }) =>
      set.count("onhook_history_missing_total", { topic, reason: "undecodable" }, count),
    "history.forgotten": ({ reason, deliveries }) =>
      set.count("onhook_history_forgotten_total", { reason }, deliveries),
    "history.queried": ({ query, seconds }) =>
      set.observe("onhook_history_query_seconds", { query }, seconds),
    "history.query-failed": null,
    "history.surveyed": (event) => {
      for (const { topic, lag, stalledSeconds } of event.topics) {
        set.set("onhook_history_lag", { topic }, lag);
        set.set("onhook_history_stalled_seconds", { topic }, stalledSeconds);
      }
      set.set("onhook_history_rows", { table: "attempts" }, event.attempts);
      set.set("onhook_history_rows", { table: "deliveries" }, event.deliveries);
      set.set("onhook_history_bytes", {}, event.bytes);
      set.set("onhook_recent_calls", {}, event.recentCalls);
      set.set("onhook_recent_calls_bytes", {}, event.recentBytes);
    },
  };
}
