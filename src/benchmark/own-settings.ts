import { randomBytes } from "node:crypto";
import { topicRoles } from "../topology.ts";

/** What of a benchmark's topics is chosen; what is left out is as the settings have it. */
export interface OwnSize {
  /** Of the topics of calls and of jobs. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
}

/** The consumer groups of a benchmark. */
export interface OwnGroups {
  readonly match: string;
  readonly deliver: string;
  readonly retry: string;
  readonly redrive: string;
  /** Of the process that merely reads. */
  readonly reading: string;
}

/** The begin of all names of one run; no other run has it. */
export function ownPrefix(begin: string): string {
  return `${begin}-${randomBytes(4).toString("hex")}`;
}

export function ownGroups(prefix: string): OwnGroups {
  return {
    match: `${prefix}-match`,
    deliver: `${prefix}-deliver`,
    retry: `${prefix}-deliver-retry`,
    redrive: `${prefix}-redrive`,
    reading: `${prefix}-reading`,
  };
}

/**
 * Variables that turn anybody's settings into those of a benchmark: names of its own for every topic, group and
 * transactional id, and requests to loopback alone, past any proxy. All else stays as it is, since that is what is measured.
 */
export function ownSettings(prefix: string, size: OwnSize = {}): Record<string, string> {
  const groups = ownGroups(prefix);
  const names = Object.keys(topicRoles).map(
    (role) => [`ONHOOK_TOPICS_${role.toUpperCase()}_NAME`, `${prefix}-${role}`] as const,
  );
  const { partitions, replicationFactor } = size;
  return {
    ...Object.fromEntries(names),
    ONHOOK_TOPICS_RETRY_PREFIX: `${prefix}-retry-`,
    // Next to nothing goes there, and a cluster is not asked for more partitions than it takes.
    ONHOOK_TOPICS_RETRY_PARTITIONS: "1",
    ONHOOK_TOPICS_DEAD_PARTITIONS: "1",
    ...(partitions !== undefined && {
      ONHOOK_TOPICS_CDR_PARTITIONS: String(partitions),
      ONHOOK_TOPICS_JOBS_PARTITIONS: String(partitions),
    }),
    ...(replicationFactor !== undefined && {
      ONHOOK_KAFKA_REPLICATION_FACTOR: String(replicationFactor),
    }),
    ONHOOK_KAFKA_MATCH_GROUP: groups.match,
    ONHOOK_KAFKA_DELIVER_GROUP: groups.deliver,
    ONHOOK_KAFKA_RETRY_GROUP: groups.retry,
    ONHOOK_KAFKA_REDRIVE_GROUP: groups.redrive,
    ONHOOK_KAFKA_REPLAY_GROUP_PREFIX: `${prefix}-replay`,
    ONHOOK_KAFKA_TRANSACTIONAL_ID_PREFIX: prefix,
    ONHOOK_DELIVERY_DANGEROUS_ALLOW_HTTP: "true",
    ONHOOK_DELIVERY_ALLOWED_RANGES: "127.0.0.0/8",
    // The receiver's port is any free one.
    ONHOOK_DELIVERY_DENIED_PORTS: "",
    ONHOOK_DELIVERY_PROXY_URL: "",
    ONHOOK_DELIVERY_PROXY_USERNAME: "",
    ONHOOK_DELIVERY_PROXY_PASSWORD: "",
    ONHOOK_AUDIT_INTERVAL_MS: "0",
  };
}
