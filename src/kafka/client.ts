import kafkajs from "kafkajs";
import type { Kafka, KafkaConfig, SASLOptions, logCreator } from "kafkajs";
import { mendReadCommitted } from "./aborted-records.ts";
import { brokerSocket, mendLeftovers } from "./broker-socket.ts";
import { registerCodecs } from "./codecs.ts";
import { mendFetchDecoding } from "./fetch-decoder.ts";
import { mendProduceEncoding } from "./produce-encoder.ts";
import { mendStoppedFetchers } from "./stopped-fetchers.ts";

export interface KafkaClientOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly ssl?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  };
  readonly sasl?: {
    readonly mechanism: SaslMechanism;
    readonly username: string;
    readonly password: string;
  };
}

export type SaslMechanism = "plain" | "scram-sha-256" | "scram-sha-512";

/** What kafkajs has to say for itself; level as it judges it. Holds no keys and no values. */
export type ClientLog = (line: {
  level: "error" | "warn" | "info" | "debug";
  message: string;
  details: object;
}) => void;

function logTo(log: ClientLog): logCreator {
  const { logLevel } = kafkajs;
  return () =>
    ({
      level,
      namespace,
      log: { message, timestamp: _timestamp, logger: _logger, ...details },
    }) => {
      const name =
        level === logLevel.ERROR
          ? "error"
          : level === logLevel.WARN
            ? "warn"
            : level === logLevel.INFO
              ? "info"
              : "debug";
      log({
        level: name,
        message: namespace === "" ? message : `${namespace}: ${message}`,
        details,
      });
    };
}

function configOf(options: KafkaClientOptions): KafkaConfig {
  const config: KafkaConfig = {
    clientId: options.clientId,
    brokers: [...options.brokers],
    connectionTimeout: options.connectionTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
  };
  if (options.ssl !== undefined) config.ssl = { ...options.ssl };
  if (options.sasl !== undefined) config.sasl = options.sasl as SASLOptions;
  return config;
}

/**
 * The kafkajs client that everything in this folder is made from. Retries of a single request are kept short: who
 * calls has a loop of its own that goes on for as long as it takes, and says so.
 */
export function createKafkaClient(options: KafkaClientOptions, log: ClientLog): Kafka {
  registerCodecs();
  mendReadCommitted();
  mendStoppedFetchers();
  mendFetchDecoding();
  mendProduceEncoding();
  mendLeftovers();
  return new kafkajs.Kafka({
    ...configOf(options),
    enforceRequestTimeout: true,
    socketFactory: brokerSocket,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: logTo(log),
  });
}

/** kafkajs as it comes, to measure beside; in a process where nothing of it is mended. */
export function createPlainClient(options: KafkaClientOptions): Kafka {
  registerCodecs();
  return new kafkajs.Kafka({ ...configOf(options), logLevel: kafkajs.logLevel.NOTHING });
}
