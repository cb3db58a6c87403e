import type { PemFiles } from "./secured-certificates.ts";
import { passwords } from "./secured-kafka.ts";
import type { Settings, Way } from "./secured-settings.ts";

/** A password that nobody has. */
export const wrong = "not-the-password";

/** What an operator gets wrong. */
export interface Mistake {
  readonly what: string;
  /** Whose settings are otherwise in force. */
  readonly way: Way;
  /** The wrong ones; an empty one counts as not given. */
  readonly settings: (files: PemFiles) => Settings;
  /** What the one sentence about it has to name. */
  readonly names: RegExp;
}

const logins: readonly Mistake[] = [
  {
    what: "the wrong password of plain",
    way: "plain",
    settings: () => ({ ONHOOK_KAFKA_SASL_PASSWORD: wrong }),
    names: /kafka\.sasl\.username and kafka\.sasl\.password/,
  },
  {
    what: "the wrong password of scram-sha-256",
    way: "scram-sha-256",
    settings: () => ({ ONHOOK_KAFKA_SASL_PASSWORD: wrong }),
    names: /kafka\.sasl\.username and kafka\.sasl\.password/,
  },
  {
    what: "the password of another mechanism",
    way: "scram-sha-512",
    settings: () => ({ ONHOOK_KAFKA_SASL_PASSWORD: passwords["scram-sha-256"] }),
    names: /kafka\.sasl\.username and kafka\.sasl\.password/,
  },
  {
    what: "no login where one is asked for",
    way: "plain",
    settings: () => ({
      ONHOOK_KAFKA_SASL_MECHANISM: "none",
      ONHOOK_KAFKA_SASL_USERNAME: "",
      ONHOOK_KAFKA_SASL_PASSWORD: "",
    }),
    names: /kafka\.sasl\.mechanism/,
  },
  {
    what: "a login where none is asked for",
    way: "certificate",
    settings: () => ({
      ONHOOK_KAFKA_SASL_MECHANISM: "plain",
      ONHOOK_KAFKA_SASL_USERNAME: "anybody",
      ONHOOK_KAFKA_SASL_PASSWORD: wrong,
    }),
    names: /they expect none on this port; check kafka\.sasl\.mechanism/,
  },
  {
    what: "the wrong password of the registry",
    way: "plain",
    settings: () => ({ ONHOOK_REGISTRY_PASSWORD: wrong }),
    names: /it answered 401; check registry\.username and registry\.password/,
  },
];

const certificates: readonly Mistake[] = [
  {
    what: "no TLS where it is asked for",
    way: "plain",
    settings: () => ({ ONHOOK_KAFKA_SSL_ENABLED: "false", ONHOOK_KAFKA_SSL_CA_FILE: "" }),
    names: /kafka\.ssl\.enabled/,
  },
  {
    what: "the wrong CA",
    way: "plain",
    settings: ({ otherCa }) => ({ ONHOOK_KAFKA_SSL_CA_FILE: otherCa }),
    names: /certificate is not trusted: .*kafka\.ssl\.caFile/,
  },
  {
    what: "no CA where Node's own do not do",
    way: "plain",
    settings: () => ({ ONHOOK_KAFKA_SSL_CA_FILE: "" }),
    names: /certificate is not trusted: .*kafka\.ssl\.caFile/,
  },
  {
    what: "a CA file that is not there",
    way: "plain",
    settings: () => ({ ONHOOK_KAFKA_SSL_CA_FILE: "/nowhere/ca.pem" }),
    names: /kafka\.ssl\.caFile names \/nowhere\/ca\.pem/,
  },
  {
    what: "a CA file without a certificate",
    way: "plain",
    settings: ({ clientKey }) => ({ ONHOOK_KAFKA_SSL_CA_FILE: clientKey }),
    names: /kafka\.ssl\.caFile names .*no certificate can be read/,
  },
  {
    what: "another name than the brokers' certificate carries",
    way: "plain",
    settings: () => ({ ONHOOK_KAFKA_SSL_SERVERNAME: "kafka.test" }),
    names: /kafka\.test.*kafka\.ssl\.servername/,
  },
  {
    what: "no certificate of the client",
    way: "certificate",
    settings: () => ({ ONHOOK_KAFKA_SSL_CERT_FILE: "", ONHOOK_KAFKA_SSL_KEY_FILE: "" }),
    names: /misses one .*kafka\.ssl\.certFile/,
  },
  {
    what: "a certificate of the client that the brokers do not trust",
    way: "certificate",
    settings: ({ otherCert, otherKey }) => ({
      ONHOOK_KAFKA_SSL_CERT_FILE: otherCert,
      ONHOOK_KAFKA_SSL_KEY_FILE: otherKey,
    }),
    names: /refuses the client's certificate .*kafka\.ssl\.certFile/,
  },
  {
    what: "the key of another certificate",
    way: "certificate",
    settings: ({ otherKey }) => ({ ONHOOK_KAFKA_SSL_KEY_FILE: otherKey }),
    names: /kafka\.ssl\.keyFile names .*kafka\.ssl\.certFile/,
  },
];

export const mistakes: readonly Mistake[] = [...logins, ...certificates];
