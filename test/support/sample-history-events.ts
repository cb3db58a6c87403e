import type { HistoryEvent } from "../../src/history/history-events.ts";

const error = new Error("the disk is full");

/** One event of each type. */
export const sampleHistoryEvents: {
  readonly [Type in HistoryEvent["type"]]: Extract<HistoryEvent, { readonly type: Type }>;
} = {
  "history.opened": { type: "history.opened", rebuild: "damaged", deliveries: 0 },
  "history.moved-aside": {
    type: "history.moved-aside",
    reason: "damaged",
    to: "/var/lib/onhook/history.db.aside",
  },
  "history.reading-failed": {
    type: "history.reading-failed",
    topic: "onhook.attempts",
    partition: 2,
    error,
  },
  "history.write-failed": { type: "history.write-failed", error },
  "history.records-lost": {
    type: "history.records-lost",
    topic: "onhook.attempts",
    partition: 2,
    from: 10,
    to: 25,
    count: 15,
  },
  "history.rewound": {
    type: "history.rewound",
    topic: "onhook.attempts",
    partition: 2,
    from: 10,
    to: 0,
  },
  "history.undecodable": {
    type: "history.undecodable",
    topic: "onhook.attempts",
    partition: 2,
    count: 3,
    error,
  },
  "history.forgotten": { type: "history.forgotten", deliveries: 500, reason: "size" },
  "history.queried": { type: "history.queried", query: "deliveries", seconds: 0.004 },
  "history.query-failed": { type: "history.query-failed", query: "tallies", error },
  "history.surveyed": {
    type: "history.surveyed",
    attempts: 120,
    deliveries: 100,
    bytes: 65_536,
    topics: [{ topic: "onhook.attempts", lag: 12, stalledSeconds: 3 }],
    recentCalls: 40,
    recentBytes: 40_000,
  },
};
