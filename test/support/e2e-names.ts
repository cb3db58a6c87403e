import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";

/** Topics of one service of a test, named as its settings name them. */
export interface OwnTopics {
  readonly cdr: string;
  readonly triggers: string;
  readonly tenants: string;
  readonly endpoints: string;
  readonly tokens: string;
  readonly jobs: string;
  readonly dead: string;
  readonly attempts: string;
  readonly changes: string;
  readonly invalid: string;
  /** Begin of the rungs' names, as in `<retry>2s`. */
  readonly retry: string;
}

export interface OwnNames {
  readonly topics: OwnTopics;
  readonly groups: {
    readonly match: string;
    readonly deliver: string;
    readonly retry: string;
  };
  /** The whole environment of a process that works with these names: nothing of it comes from the settings of this one. */
  readonly env: Readonly<Record<string, string>>;
}

export interface StackAddress {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
}

/** Where the many processes of these tests share what Node has compiled: each then starts in half the time. */
const compileCache = fileURLToPath(new URL("../../.cache/compiled", import.meta.url));

/** This process's environment without any setting of Onhook. */
export function plainEnv(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith("ONHOOK_"),
  );
  return { ...Object.fromEntries(entries), NODE_COMPILE_CACHE: compileCache };
}

/**
 * Settings for a service that shares its Kafka with other tests: names of its own for every topic, group and
 * transactional id; few partitions, so that topics are made fast; receivers on loopback allowed; any free port.
 */
export function ownNames(
  stack: StackAddress,
  name: string,
  settings: Readonly<Record<string, string>> = {},
): OwnNames {
  const prefix = `${name}-${randomUUID().slice(0, 8)}`;
  const topics: OwnTopics = {
    cdr: `${prefix}.cdr`,
    triggers: `${prefix}.triggers`,
    tenants: `${prefix}.tenants`,
    endpoints: `${prefix}.endpoints`,
    tokens: `${prefix}.tokens`,
    jobs: `${prefix}.jobs`,
    dead: `${prefix}.dead`,
    attempts: `${prefix}.attempts`,
    changes: `${prefix}.changes`,
    invalid: `${prefix}.cdr.invalid`,
    retry: `${prefix}.retry.`,
  };
  const groups = {
    match: `${prefix}-match`,
    deliver: `${prefix}-deliver`,
    retry: `${prefix}-retry`,
  };
  const { retry, ...others } = topics;
  const topicNames = Object.entries(others).map(
    ([role, topic]) => [`ONHOOK_TOPICS_${role.toUpperCase()}_NAME`, topic] as const,
  );
  const env = {
    ...plainEnv(),
    ONHOOK_KAFKA_BROKERS: stack.brokers.join(","),
    ONHOOK_REGISTRY_URL: stack.registryUrl,
    ...Object.fromEntries(topicNames),
    ONHOOK_TOPICS_RETRY_PREFIX: retry,
    ONHOOK_TOPICS_RETRY_PARTITIONS: "1",
    ONHOOK_TOPICS_DEAD_PARTITIONS: "2",
    ONHOOK_TOPICS_ATTEMPTS_PARTITIONS: "2",
    ONHOOK_KAFKA_MATCH_GROUP: groups.match,
    ONHOOK_KAFKA_DELIVER_GROUP: groups.deliver,
    ONHOOK_KAFKA_RETRY_GROUP: groups.retry,
    ONHOOK_KAFKA_REDRIVE_GROUP: `${prefix}-redrive`,
    ONHOOK_KAFKA_REPLAY_GROUP_PREFIX: `${prefix}-replay`,
    ONHOOK_KAFKA_TRANSACTIONAL_ID_PREFIX: prefix,
    // The least that the broker allows: a process that was killed is missed by its groups for so long.
    ONHOOK_KAFKA_SESSION_TIMEOUT_MS: "6000",
    ONHOOK_KAFKA_HEARTBEAT_INTERVAL_MS: "500",
    ONHOOK_DELIVERY_DANGEROUS_ALLOW_HTTP: "true",
    ONHOOK_DELIVERY_ALLOWED_RANGES: "127.0.0.0/8",
    ONHOOK_HTTP_HOST: "127.0.0.1",
    ONHOOK_HTTP_PORT: "0",
    ...settings,
  };
  return { topics, groups, env };
}
