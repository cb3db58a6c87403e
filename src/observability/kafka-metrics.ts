import type { MetricSpec } from "./metric-spec.ts";

export const kafkaMetrics = {
  onhook_consumer_lag: {
    type: "gauge",
    labels: ["topic", "partition", "group"],
    help: "Records between what this process has read of an assigned partition and its end. Jobs that were read ahead and wait in memory are not counted; retry topics neither: what stands there waits for its time.",
    action: "When it grows steadily, add processes of the role, up to the topic's partitions.",
  },
  onhook_consumer_fetch_age_seconds: {
    type: "gauge",
    labels: ["group"],
    help: "Time since a consumer's last fetch was answered, by the broker whose last answer is the oldest of those that it fetches from.",
    action:
      "Above a minute the consumer is stuck, or one of its brokers is; /healthz and the log say which.",
  },
  onhook_paused_partitions: {
    type: "gauge",
    labels: ["group"],
    help: "Partitions of this process that are not fetched for the time being: enough of their jobs wait in memory, or something about them has failed and is tried again.",
    action:
      "For the calls, look for transaction.aborted in the log. For jobs, compare onhook_jobs_buffered and onhook_deliveries_in_flight. For retries it is normal: they are read ahead.",
  },
  onhook_group_lag: {
    type: "gauge",
    labels: ["topic", "group"],
    help: "Records between what the group has committed and the end, in all partitions together, as the brokers see it: calls that wait to be matched, jobs that wait to be delivered. Finished ones behind one that is not, and the markers of transactions, are among them. Each process of the admin role exposes the same: take the maximum by topic and group.",
    action:
      "When it grows steadily, add processes of the role that reads the topic, up to its partitions; with none that works, onhook_group_members is 0.",
  },
  onhook_group_members: {
    type: "gauge",
    labels: ["group"],
    help: "Members of the group, as the brokers know them. Each process of the admin role exposes the same.",
    action: "0 while work waits: no process of the role runs, or none reaches the brokers.",
  },
  onhook_group_lag_last_success_timestamp_seconds: {
    type: "gauge",
    labels: [],
    help: "When onhook_group_lag and onhook_group_members were last read, all of them, in seconds since the epoch; 0 until then.",
    action:
      "When it is older than several times metrics.groupLagIntervalMs, the log line groups.reading-failed says which group or topic, and why.",
  },
  onhook_rebalances_total: {
    type: "counter",
    labels: ["group"],
    help: "Rebalances that this process took part in.",
    action:
      "Without scaling or deploying it should stand still; else look for crashes and for kafka.sessionTimeoutMs.",
  },
  onhook_consumer_crashes_total: {
    type: "counter",
    labels: ["group"],
    help: "Consumers that ended with an error. They are started again.",
    action: "The log has the error; a steady rise calls for a look at the brokers.",
  },
  onhook_records_lost_total: {
    type: "counter",
    labels: ["topic"],
    help: "Offsets that were skipped because their records were deleted, by retention or by hand, before this process's group or table had read them.",
    action:
      "Alert on any rise: what they said will not be done. The log (consumer.records-lost, store.records-lost) names partition and offsets. Raise the topic's retention, or add processes; lost calls must be written again by the platform.",
  },
  onhook_partition_rewinds_total: {
    type: "counter",
    labels: ["topic"],
    help: "Partitions that ended before what was already read of them, and were read again from their begin.",
    action:
      "Either the topic was made again, or brokers lost acknowledged records: look for unclean leader elections. Webhooks may be sent again, under the same webhook-id.",
  },
  onhook_transactions_aborted_total: {
    type: "counter",
    labels: ["fenced"],
    help: "Transactions given up and done again; fenced true: another process has taken the partition over.",
    action:
      "Some while scaling or deploying are normal; a steady rise calls for a look at the brokers.",
  },
  onhook_commit_failures_total: {
    type: "counter",
    labels: [],
    help: "Commits of offsets that the group did not take. They are said again.",
    action: "Some while rebalancing are normal; a steady rise calls for a look at the brokers.",
  },
  onhook_producer_retries_total: {
    type: "counter",
    labels: [],
    help: "Writes to Kafka that failed and were tried again. Nothing is lost, but what waits for them waits.",
    action: "Look at the brokers: in-sync replicas, disk, network.",
  },
  onhook_registry_failures_total: {
    type: "counter",
    labels: [],
    help: "Calls of the schema registry that failed.",
    action: "What needs an unknown schema waits until the registry is back; restore it.",
  },
} as const satisfies Record<string, MetricSpec>;
