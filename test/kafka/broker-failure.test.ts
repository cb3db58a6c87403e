import { describe, expect, test } from "vitest";
import { OnhookError } from "../../src/errors.ts";
import { errandFailure, explained } from "../../src/kafka/broker-failure.ts";

/** An error with the properties that kafkajs gives its own. */
function failure(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name, ...more });
}

/** What kafkajs rejects with when it has tried several times. */
function repeated(cause: Error): Error {
  return failure("KafkaJSNumberOfRetriesExceeded", cause.message, { cause });
}

function connectionFailure(code: string, message: string): Error {
  return repeated(failure("KafkaJSConnectionError", `Connection error: ${message}`, { code }));
}

const told = (error: unknown) => errandFailure(error, "a:1, b:2");

test.each([
  [
    "a password that is refused",
    failure("KafkaJSSASLAuthenticationError", "SASL PLAIN authentication failed: no"),
    /: SASL PLAIN authentication failed: no; check kafka\.sasl\.mechanism, .*password$/,
  ],
  [
    "a mechanism that is not offered",
    failure("KafkaJSProtocolError", "x", { type: "UNSUPPORTED_SASL_MECHANISM" }),
    /they do not offer this mechanism; check kafka\.sasl\.mechanism/,
  ],
  [
    "a login where none is expected",
    failure("KafkaJSProtocolError", "x", { type: "ILLEGAL_SASL_STATE" }),
    /they expect none on this port/,
  ],
])("%s is said with the settings of the login", (_, error, message) => {
  expect(explained(repeated(error))).toMatchObject({
    code: "KAFKA_AUTH",
    retryable: true,
    message: expect.stringMatching(message),
  });
});

test("something that is no broker is said with what to check", () => {
  const error = connectionFailure("KAFKA_FRAME", "What answers is no broker");
  expect(told(error)).toMatchObject({
    code: "KAFKA_FRAME",
    retryable: true,
    message: expect.stringContaining("kafka.ssl.enabled"),
  });
});

test.each([
  ["SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in chain", "kafka.ssl.caFile"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify", "kafka.ssl.caFile"],
  ["CERT_HAS_EXPIRED", "certificate has expired", "kafka.ssl.caFile"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "it is for b", "kafka.brokers and kafka.ssl.servername"],
  [
    "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE",
    "400D:error:0A000412:SSL routines",
    "kafka.ssl.certFile and kafka.ssl.keyFile",
  ],
  [
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "400D:error:0A00045C:SSL routines",
    "kafka.ssl.certFile and kafka.ssl.keyFile",
  ],
  [
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "400D:error:0A00010B:SSL routines",
    "kafka.ssl.enabled and the other settings of kafka.ssl",
  ],
])("TLS that fails with %s is said with the settings to look at", (code, message, settings) => {
  expect(explained(connectionFailure(code, message))).toMatchObject({
    code: "KAFKA_TLS",
    retryable: true,
    details: { settings },
  });
});

test("OpenSSL's numbers and Node's hints are left out", () => {
  const words = [
    connectionFailure("ERR_SSL_SSL/TLS_ALERT_UNKNOWN_CA", "400D:error:0A000418:SSL routines\n"),
    connectionFailure("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify; try --use-system-ca"),
  ].map((error) => (explained(error) as OnhookError).details["problem"]);
  expect(words).toEqual([
    "the broker refuses the client's certificate or misses one (unknown ca)",
    "the broker's certificate is not trusted: unable to verify",
  ]);
});

test("what says nothing of the settings stays as it is, for the service to try again", () => {
  const away = connectionFailure("ECONNREFUSED", "connect ECONNREFUSED");
  const other = new TypeError("a fault of Onhook");
  expect([explained(away), explained(other), explained("text")]).toEqual([away, other, "text"]);
});

describe("a command is told", () => {
  test("that the brokers can not be reached", () => {
    const error = connectionFailure("ECONNREFUSED", "connect ECONNREFUSED b:2");
    expect(told(error)).toMatchObject({
      code: "KAFKA_UNREACHABLE",
      message: expect.stringContaining("kafka.brokers (a:1, b:2)"),
      cause: error,
    });
  });

  test.each([
    failure("KafkaJSConnectionClosedError", "Closed connection"),
    connectionFailure("ECONNRESET", "socket disconnected before secure TLS connection"),
  ])("what brokers may expect that close the connection: $message", (error) => {
    expect(told(error)).toMatchObject({
      code: "KAFKA_CLOSED",
      message: expect.stringMatching(/kafka\.ssl\.enabled.*kafka\.sasl\.mechanism/),
    });
  });

  test("what the brokers refuse, once, however many topics it is about", () => {
    const refusal = { type: "TOPIC_AUTHORIZATION_FAILED" };
    const errors = [1, 2].map(() => failure("KafkaJSCreateTopicError", "Not authorized", refusal));
    const error = failure("KafkaJSAggregateError", "Topic creation errors", { errors });
    expect(told(error)).toMatchObject({
      code: "KAFKA_REFUSED",
      message: "The brokers refuse: Not authorized (TOPIC_AUTHORIZATION_FAILED)",
    });
  });

  test("errors of Onhook, and faults, as they are", () => {
    const own = new OnhookError("TOPIC_MISSING", { topic: "t" });
    const fault = new TypeError("a fault of Onhook");
    expect([told(own), told(fault)]).toEqual([own, fault]);
  });
});
