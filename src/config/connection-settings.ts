import { z } from "zod";
import { choice, flag, group, list, optionalText, text, wholeNumber } from "./setting.ts";

/** Longest time-out that makes sense for one exchange with an outside system, in ms. */
const tenMinutes = 600_000;

const clientName = {
  schema: z.string().regex(/^[a-zA-Z0-9._-]{1,200}$/),
  allowed: "1 to 200 letters, digits, dots, underscores and hyphens",
};

const ssl = group("Encryption of the connections to the brokers.", {
  enabled: flag(false, { doc: "Whether connections to the brokers use TLS." }),
  caFile: optionalText({
    doc: "PEM file with the certificates that the brokers' ones are checked against; null: those that Node trusts.",
  }),
  certFile: optionalText({
    doc: "PEM file with the client's certificate, for brokers that ask for one.",
  }),
  keyFile: optionalText({ doc: "PEM file with the key of the client's certificate." }),
  servername: optionalText({
    doc: "Name that the brokers' certificates must carry; null: the name that is connected to.",
  }),
});

const sasl = group("How Onhook proves to the brokers who it is.", {
  mechanism: choice(["none", "plain", "scram-sha-256", "scram-sha-512"], "none", {
    doc: "SASL mechanism; none: Onhook does not log in. With plain, switch on kafka.ssl.enabled too, or the password travels in the clear.",
  }),
  username: optionalText({ doc: "User to log in as." }),
  password: optionalText({ doc: "Password of that user.", secret: true }),
});

export const kafkaSettings = group("The Kafka cluster.", {
  brokers: list(["localhost:9092"], {
    doc: "Brokers to ask first for the cluster's layout; two or three are enough.",
    items: "texts",
    schema: z.array(z.string().regex(/^[^\s:/,[\]]+:[1-9]\d{0,4}$/)).min(1),
    allowed: "one or more of host:port, hosts as names or IPv4 addresses",
  }),
  clientId: text("onhook", {
    doc: "Name under which the brokers' logs and quotas know Onhook.",
    ...clientName,
  }),
  connectionTimeoutMs: wholeNumber(3000, {
    doc: "How long connecting to a broker may take.",
    unit: "ms",
    min: 100,
    max: tenMinutes,
  }),
  requestTimeoutMs: wholeNumber(30_000, {
    doc: "How long a broker may take to answer a request.",
    unit: "ms",
    min: 1000,
    max: tenMinutes,
  }),
  replicationFactor: wholeNumber(-1, {
    doc: "Copies of each partition of the topics that `topics apply` creates; -1: the brokers' default, and any of an existing one. With fewer than 3, or topics whose min.insync.replicas is below 2, the loss of a broker's disk loses what it had.",
    unit: "replicas",
    min: -1,
    max: 15,
    not: 0,
  }),
  matchGroup: text("onhook-match", {
    doc: "Consumer group of the match role. A group of another name starts reading CDRs from the oldest that is kept.",
    ...clientName,
  }),
  deliverGroup: text("onhook-deliver", {
    doc: "Consumer group that reads the jobs.",
    ...clientName,
  }),
  retryGroup: text("onhook-deliver-retry", {
    doc: "Consumer group that reads the retry topics.",
    ...clientName,
  }),
  redriveGroup: text("onhook-redrive", {
    doc: "Consumer group whose one member looks after suspended endpoints: tries them, and sends anew what was set aside.",
    ...clientName,
  }),
  replayGroupPrefix: text("onhook-replay", {
    doc: "Begin of the consumer groups of `onhook replay`, in which each replay keeps how far it has come; a hyphen and the replay's id follow.",
    ...clientName,
  }),
  sessionTimeoutMs: wholeNumber(10_000, {
    doc: "How long a worker may be silent before its partitions go to others. The brokers' limits apply as well.",
    unit: "ms",
    min: 1000,
    max: 1_800_000,
  }),
  heartbeatIntervalMs: wholeNumber(500, {
    doc: "How often a worker tells its group that it is alive; less than kafka.sessionTimeoutMs, a third of it or below is advised. So long it takes to notice that others come or go, and as long all members wait for each other then.",
    unit: "ms",
    min: 100,
    max: tenMinutes,
  }),
  transactionalIdPrefix: text("onhook-match", {
    doc: "Begin of the transactional ids; the same in all processes of the match role, and of no other program.",
    ...clientName,
  }),
  ssl,
  sasl,
});

export const registrySettings = group("The schema registry.", {
  url: text("http://localhost:8081", {
    doc: "Address of the registry's Confluent API, without user and password.",
    schema: z.string().regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/),
    allowed: "an http:// or https:// address without user, password, query and fragment",
  }),
  username: optionalText({ doc: "User of the registry." }),
  password: optionalText({ doc: "Password of that user.", secret: true }),
  caFile: optionalText({
    doc: "PEM file with the certificates that the registry's one is checked against; null: those that Node trusts.",
  }),
  timeoutMs: wholeNumber(5000, {
    doc: "How long the registry may take to answer.",
    unit: "ms",
    min: 100,
    max: tenMinutes,
  }),
  refreshMs: wholeNumber(30_000, {
    doc: "How often the latest version of the CDR schema is looked up; filters are checked against it.",
    unit: "ms",
    min: 1000,
    max: 86_400_000,
  }),
});
