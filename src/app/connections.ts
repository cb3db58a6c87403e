import type { Kafka } from "kafkajs";
import type { Config } from "../config.ts";
import { createKafkaClient } from "../kafka/client.ts";
import type { ClientLog, KafkaClientOptions } from "../kafka/client.ts";
import { createTopicAdmin } from "../kafka/topic-admin.ts";
import type { TopicAdmin } from "../kafka/topic-admin.ts";
import type { AnyEvent } from "../observability/any-event.ts";
import { createSchemaRegistry } from "../registry/schema-registry.ts";
import type { SchemaRegistry } from "../registry/schema-registry.ts";
import type { Tracer } from "../jobs/tracer.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { Surveys } from "../runtime/surveys.ts";
import type { KeyRing } from "../secrets/key-ring.ts";
import { loadKeyRing } from "./key-ring-file.ts";
import { brokerTls, certificatesOf } from "./pem-files.ts";

/** What every part is made with. */
export interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly emit: Emit<AnyEvent>;
  readonly kafkaLog: ClientLog;
  /** `onhook/<version>` */
  readonly userAgent: string;
  /** Left out: no traces are made. */
  readonly tracer?: Tracer;
}

/** What the parts of the service are made with besides. */
export interface ServiceSurroundings extends Surroundings {
  readonly surveys: Surveys;
}

/** The outside systems, and the keys to what is kept there. */
export interface Connections {
  readonly kafka: Kafka;
  readonly registry: SchemaRegistry;
  readonly topicAdmin: TopicAdmin;
  /** What the secrets of triggers are encrypted with. */
  readonly keyRing: KeyRing;
}

function saslOptions({ sasl }: Config["kafka"]): Pick<KafkaClientOptions, "sasl"> {
  const { mechanism, username, password } = sasl;
  if (mechanism === "none") return {};
  return { sasl: { mechanism, username: username ?? "", password: password ?? "" } };
}

/** How the brokers are reached, the files of the settings read. Throws PEM_UNUSABLE. */
export function kafkaOptions({ kafka }: Config): KafkaClientOptions {
  const { brokers, clientId, connectionTimeoutMs, requestTimeoutMs } = kafka;
  const ssl = brokerTls(kafka);
  return {
    brokers,
    clientId,
    connectionTimeoutMs,
    requestTimeoutMs,
    ...(ssl !== undefined && { ssl }),
    ...saslOptions(kafka),
  };
}

/** Makes the clients of the outside systems. Nothing connects yet. Throws PEM_UNUSABLE for a file of certificates, KEY_RING_UNUSABLE. */
export function createConnections({ config, clock, emit, kafkaLog }: Surroundings): Connections {
  const kafka = createKafkaClient(kafkaOptions(config), kafkaLog);
  const ca = certificatesOf("registry.caFile", config.registry.caFile);
  return {
    kafka,
    registry: createSchemaRegistry({ ...config.registry, ...(ca !== undefined && { ca }) }, emit),
    topicAdmin: createTopicAdmin(kafka, clock),
    keyRing: loadKeyRing(config.secrets),
  };
}
