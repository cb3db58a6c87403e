/** The versions that the sandbox runs, in Docker as on Java. */
export const kafkaVersion = "4.4.0";
export const registryVersion = "2.6.13.Final";

/** Where the registry serves Confluent's API. */
export const registryPath = "/apis/ccompat/v7";

export interface KafkaNode {
  /** From 1; every node is broker and controller at once. */
  readonly nodeId: number;
  /** Nodes in the cluster. */
  readonly nodes: number;
  /** `listeners` and what goes with it: differs between the loopback interface and a container network. */
  readonly listeners: Readonly<Record<string, string>>;
  /** `id@host:port` of every controller. */
  readonly voters: readonly string[];
}

/**
 * The server.properties of one KRaft node, tuned for a short start and for tests rather than for load:
 * few partitions in the internal topics, a consumer group that forms at once, a cleaner that looks every second.
 */
export function kafkaProperties(node: KafkaNode): Readonly<Record<string, string>> {
  const replicas = String(Math.min(3, node.nodes));
  const inSync = String(Math.min(2, node.nodes));
  return {
    "process.roles": "broker,controller",
    "node.id": String(node.nodeId),
    ...node.listeners,
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": node.voters.join(","),
    "default.replication.factor": replicas,
    "min.insync.replicas": inSync,
    "offsets.topic.replication.factor": replicas,
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": inSync,
    "transaction.state.log.num.partitions": "8",
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": inSync,
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "log.cleaner.backoff.ms": "1000",
    // A broker that was killed may register again only when its old session has run out (9 s by default).
    "broker.session.timeout.ms": "4000",
    "broker.heartbeat.interval.ms": "500",
  };
}

/** Text of a properties file as Java reads it: Latin-1, where line ends, leading blanks and backslashes mean something. */
export function propertiesFile(properties: Readonly<Record<string, string>>): string {
  const escaped = (value: string): string =>
    value.replaceAll(
      /^ |[^ -~]|\\/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${escaped(value)}\n`)
    .join("");
}
