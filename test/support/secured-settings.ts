import { passwords, user } from "./secured-kafka.ts";
import type { Mechanism, SecuredKafka } from "./secured-kafka.ts";

/** Variables of the environment. */
export type Settings = Readonly<Record<string, string>>;

/** How a client proves to the brokers who it is. */
export type Way = Mechanism | "certificate";

export const ways = ["plain", "scram-sha-256", "scram-sha-512", "certificate"] as const;

export function login(mechanism: Mechanism, username: string, password: string): Settings {
  return {
    ONHOOK_KAFKA_SASL_MECHANISM: mechanism,
    ONHOOK_KAFKA_SASL_USERNAME: username,
    ONHOOK_KAFKA_SASL_PASSWORD: password,
  };
}

/** All that a client needs that goes one of the ways. */
export function settingsOf(kafka: SecuredKafka, way: Way): Settings {
  const { ca, clientCert, clientKey } = kafka.certificates.files;
  const tls = { ONHOOK_KAFKA_SSL_ENABLED: "true", ONHOOK_KAFKA_SSL_CA_FILE: ca };
  if (way !== "certificate") {
    const brokers = { ONHOOK_KAFKA_BROKERS: kafka.withLogin };
    return { ...brokers, ...tls, ...login(way, user, passwords[way]) };
  }
  return {
    ONHOOK_KAFKA_BROKERS: kafka.withCertificate,
    ...tls,
    ONHOOK_KAFKA_SSL_CERT_FILE: clientCert,
    ONHOOK_KAFKA_SSL_KEY_FILE: clientKey,
  };
}
