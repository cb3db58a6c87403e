import type { GuardedKafka } from "./guarded-kafka.ts";

/** The topics by the names that they have by default, which the chart gives its users rights for. */
export const topics = {
  cdr: "onhook.cdr",
  triggers: "onhook.triggers",
  tenants: "onhook.tenants",
  endpoints: "onhook.endpoints",
  tokens: "onhook.tokens",
  jobs: "onhook.jobs",
  dead: "onhook.dead",
  attempts: "onhook.attempts",
  changes: "onhook.changes",
  invalid: "onhook.cdr.invalid",
  retry: "onhook.retry.",
};
/** What the chart is given: a cluster of Strimzi's, and delays as short as a test's. */
export const guardedValues = (kafka: GuardedKafka): object => ({
  config: {
    kafka: { brokers: [kafka.withLogin], sasl: { mechanism: "scram-sha-512" } },
    registry: { url: kafka.stack.registryUrl },
    delivery: {
      dangerousAllowHttp: true,
      allowedRanges: ["127.0.0.0/8"],
      ladderMs: [1000, 2000],
      suspendAfterMs: 1000,
      suspendAfterFailures: 3,
      probeIntervalMs: 1000,
    },
    metrics: { groupLagIntervalMs: 1000 },
    audit: { intervalMs: 1000, windowMs: 60_000, settleMs: 1000 },
    http: { host: "127.0.0.1" },
  },
  roles: Object.fromEntries(
    ["match", "deliver", "admin", "all"].map((role) => [role, { enabled: role !== "all" }]),
  ),
  topicsApply: { run: "job" },
  strimzi: { cluster: "calls", users: { enabled: true, operator: true } },
});
