import type { MetricSpec } from "./metric-spec.ts";

/** What the admin role remembers. */
export const historyMetrics = {
  onhook_history_lag: {
    type: "gauge",
    labels: ["topic"],
    help: "Records of a topic that the history, or the window of recent calls, has not read yet.",
    action:
      "It falls while a new history is filled. When it grows for long: look for history.write-failed and history.reading-failed in the log, and at the disk.",
  },
  onhook_history_stalled_seconds: {
    type: "gauge",
    labels: ["topic"],
    help: "For how long the partition that has waited longest was neither read to its end nor got on with.",
    action:
      "Above a minute nothing is remembered: history.write-failed and history.reading-failed in the log say why. Webhooks go on.",
  },
  onhook_history_rows: {
    type: "gauge",
    labels: ["table"],
    help: "Rows of the history: attempts, deliveries.",
    action: "None; it shows what the history is made of.",
  },
  onhook_history_bytes: {
    type: "gauge",
    labels: [],
    help: "Size of the history's file and its write-ahead log.",
    action:
      "At history.maxMegabytes the oldest attempts are forgotten before history.maxAgeDays: raise it, where the disk has room.",
  },
  onhook_history_query_seconds: {
    type: "histogram",
    labels: ["query"],
    help: "Time that a query of the history takes: deliveries, delivery, tallies, changes, kept-call.",
    action:
      "Half of them should take less than 0.1 s. When they take longer, the file is on a slow disk, or the machine is busy.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  onhook_history_missing_total: {
    type: "counter",
    labels: ["topic", "reason"],
    help: "Records that are missing from the history: deleted (by retention or by hand, before they were read), undecodable.",
    action:
      "Webhooks are not touched by it. For deleted, the process was down or behind for longer than the topic keeps its records; for undecodable, the log has the error, and whoever writes to the topic is at fault.",
  },
  onhook_history_rebuilds_total: {
    type: "counter",
    labels: ["reason"],
    help: "How often the history was made anew, by reason: absent, other-version, foreign (the file was something else), damaged.",
    action:
      "For damaged, look at the disk; the old file is kept beside it under the name that ends in .aside.",
  },
  onhook_history_forgotten_total: {
    type: "counter",
    labels: ["reason"],
    help: "Deliveries that were forgotten: for their age, or for the size of the file.",
    action: "When it is for the size, raise history.maxMegabytes, or lower history.maxAgeDays.",
  },
  onhook_recent_calls: {
    type: "gauge",
    labels: [],
    help: "Calls that are held in memory for explanations and dry runs.",
    action: "None; history.recentCallsPerTenant and history.recentCallsMegabytes bound it.",
  },
  onhook_recent_calls_bytes: {
    type: "gauge",
    labels: [],
    help: "Memory that these take.",
    action: "As for onhook_recent_calls.",
  },
} as const satisfies Record<string, MetricSpec>;
