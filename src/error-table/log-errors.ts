import type { ErrorKind } from "./error-kind.ts";

/** Of Kafka and of the schema registry. */
export const logErrors = {
  REGISTRY_REFUSED: {
    message: "The schema registry at {url} refused: {problem}",
    retryable: false,
  },
  REGISTRY_AUTH: {
    message:
      "The schema registry at {url} does not let Onhook in: {problem}; check registry.username and registry.password",
    retryable: true,
  },
  REGISTRY_ANSWER: {
    message: "The schema registry's answer can not be understood: {problem}",
    retryable: true,
  },
  REGISTRY_UNREACHABLE: {
    message: "The schema registry at {url} can not be reached: {problem}",
    retryable: true,
    action: "Onhook waits and tries again. Check registry.url and the registry.",
  },
  KAFKA_UNREACHABLE: {
    message: "The brokers of kafka.brokers ({brokers}) can not be reached: {problem}",
    retryable: true,
  },
  KAFKA_CLOSED: {
    message:
      "The brokers of kafka.brokers ({brokers}) close the connection at once: check whether they expect TLS (kafka.ssl.enabled) and a login (kafka.sasl.mechanism)",
    retryable: true,
  },
  KAFKA_AUTH: {
    message:
      "The brokers do not accept the login: {problem}; check kafka.sasl.mechanism, kafka.sasl.username and kafka.sasl.password",
    retryable: true,
  },
  KAFKA_TLS: {
    message: "No secure connection to the brokers comes about: {problem}; check {settings}",
    retryable: true,
  },
  KAFKA_FRAME: {
    message:
      "What answers at a broker's address is no answer of a broker: check kafka.brokers, and whether they expect TLS (kafka.ssl.enabled)",
    retryable: true,
  },
  KAFKA_REFUSED: {
    message: "The brokers refuse: {problem}",
    retryable: false,
    action:
      "Where it is about rights, give them to the user of kafka.sasl.username, or of the certificate in kafka.ssl.certFile.",
  },
  GROUP_LEFT: {
    message: "This process is not a member of group {group} at the moment",
    retryable: true,
  },
  CLOCK_SET_BACK: {
    message: "The machine's clock was set back",
    retryable: true,
    action:
      "Nothing: the consumer begins anew. Keep clocks in step by slewing, not by setting them.",
  },
  LANE_CLOSED: { message: "The transactional lane of {partition} is closed", retryable: true },
  WRITER_CLOSED: {
    message: "A record for {topic} was not written: the writer was closed",
    retryable: true,
  },
  RECORD_TOO_LARGE: {
    message: "A record for {topic} is larger than that takes: about {bytes} bytes",
    retryable: false,
    action:
      "What is left of it stands in the quarantine topic or among the dead, with where it came from. Let the writer make smaller records, or give the topic more room (`max.message.bytes`).",
  },
  WRITE_UNCONFIRMED: { message: "The broker did not confirm a write to {topic}", retryable: true },
  TOPIC_MISSING: {
    message: "Topic {topic} does not exist; `onhook topics apply` creates it",
    retryable: true,
  },
  TOPICS_PENDING: {
    message: "These topics were created, and the brokers do not know them yet: {topics}",
    retryable: true,
  },
  OFFSET_OUT_OF_RANGE: {
    message: "Topic {topic} does not have the offset that was asked for",
    retryable: true,
  },
  TRANSACTION_OPEN: {
    message:
      "A transaction is open in {topic}, partition {partition}, at offset {offset}, for longer than the brokers should let it",
    retryable: true,
    action:
      "Look for the producer that left it open; `kafka-transactions.sh find-hanging` names it.",
  },
  FETCH_EMPTY: {
    message: "The broker answered a fetch of {topic} without the partition",
    retryable: true,
  },
  TABLE_PARTITIONS: {
    message:
      "Topic {topic} must have exactly one partition and has {partitions}: a table needs one order of events",
    retryable: false,
  },
  TABLE_REWOUND: {
    message:
      "Topic {topic} ends at {end}, before offset {position} that was read from it: it was deleted and made again",
    retryable: false,
  },
} as const satisfies Record<string, ErrorKind>;
