import type { OnhookError } from "../errors.ts";

export interface StackOptions {
  /** Downloads are kept here, in a folder of their own for each set of versions. */
  readonly cacheDir: string;
  /** PATH, JAVA_HOME, DOCKER_HOST, ONHOOK_SANDBOX (docker or java, to force one). */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the first broker, the others follow; free ones otherwise. */
  readonly kafkaPort?: number;
  readonly registryPort?: number;
  /** How many brokers, each a KRaft controller too; 1 otherwise. */
  readonly brokers?: number;
  /** What the brokers have beyond what the sandbox itself needs; such a sandbox always runs on Java. */
  readonly kafka?: KafkaExtras;
  /** Use these and start nothing. */
  readonly existing?: { readonly brokers: readonly string[]; readonly registryUrl: string };
  readonly onProgress: (line: string) => void;
  /** Stop while starting: nothing is left behind, and startStack rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** For tests of secured clusters, say. The sandbox's own listener stays plain, and open to all. */
export interface KafkaExtras {
  /** Each broker's further listeners, on free ports of 127.0.0.1: the address of each is in `Stack.listeners`. */
  readonly listeners?: readonly KafkaListener[];
  /** Of server.properties; they win over the sandbox's own. */
  readonly properties?: Readonly<Record<string, string>>;
}

export interface KafkaListener {
  /** In capitals; properties of the listener begin with `listener.name.<name in small letters>.`. */
  readonly name: string;
  readonly protocol: "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";
}

export interface Stack extends AsyncDisposable {
  readonly kind: "existing" | "docker" | "java";
  /** host:port of each. */
  readonly brokers: readonly string[];
  /** The same for each of the further listeners that were asked for, by its name. */
  readonly listeners: Readonly<Record<string, readonly string[]>>;
  /** Root of the Confluent-compatible API, without a slash at its end. */
  readonly registryUrl: string;
  /** Resolves with SANDBOX_DIED when a part ends that nobody asked to; only where kind is "java", and never rejects. */
  readonly died: Promise<OnhookError>;
  /** The processes of the brokers that run, for what they cost; none where they are not processes of this machine's own. */
  brokerPids(): readonly number[];
  /** Everything is gone, data included, when it resolves; again and again is the same as once. */
  stop(): Promise<void>;
  /**
   * For tests of faults: the same ports and the same data after a restart. `index` counts from 0. A start resolves when
   * the part answers, so where most of the brokers are down, start them together: a single one waits for its quorum.
   * Only where kind is "java", else SANDBOX_CANNOT.
   */
  stopBroker(index: number, how: "SIGTERM" | "SIGKILL"): Promise<void>;
  startBroker(index: number): Promise<void>;
  /** A frozen broker answers nothing and closes nothing; it can be thawed, or killed with SIGKILL. */
  freezeBroker(index: number): Promise<void>;
  thawBroker(index: number): Promise<void>;
  stopRegistry(): Promise<void>;
  startRegistry(): Promise<void>;
}
