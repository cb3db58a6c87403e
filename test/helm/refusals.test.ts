import { expect, it } from "vitest";
import { parse } from "yaml";
import { template } from "../support/chart/render-chart.ts";
import { codeBlocks, readRepository } from "../support/markdown.ts";

/** What a chart needs at least. */
const brokers = ["kafka.example.com:9092"];
const url = "http://registry.example.com:8081";
const least = { kafka: { brokers }, registry: { url } };
const roles = (role: object) => ({ config: least, roles: { match: role } });

/** A mistake in the values, and what the message has to name. */
const mistakes: readonly (readonly [string, object, readonly string[]])[] = [
  ["no brokers and no registry", {}, ["/config", "kafka", "registry"]],
  [
    "a broker without a port",
    { config: { ...least, kafka: { brokers: ["kafka"] } } },
    ["/config/kafka/brokers/0"],
  ],
  ["an unknown value", { replicaCount: 3 }, ["replicaCount"]],
  ["an unknown value of a role", roles({ replica: 3 }), ["/roles/match", "replica"]],
  [
    "an unknown setting",
    { config: { ...least, delivery: { timeout: 1 } } },
    ["/config/delivery", "timeout"],
  ],
  [
    "a setting out of range",
    { config: { ...least, delivery: { timeoutMs: 5 } } },
    ["/config/delivery/timeoutMs", "minimum"],
  ],
  [
    "a setting of another type",
    { config: { ...least, log: { level: "loud" } } },
    ["/config/log/level"],
  ],
  [
    "a topic that Kafka would refuse",
    { config: { ...least, topics: { cdr: { name: ".." } } } },
    ["/config/topics/cdr/name"],
  ],
  [
    "a range that is none",
    { config: { ...least, delivery: { allowedRanges: ["10.0.0.0"] } } },
    ["/config/delivery/allowedRanges/0"],
  ],
  [
    "a secret among the settings",
    { config: { ...least, registry: { url, password: "secret" } } },
    ["/config/registry", "password"],
  ],
  ["roles among the settings", { config: { ...least, roles: ["match"] } }, ["/config", "roles"]],
  ["any free port", { config: { ...least, http: { port: 0 } } }, ["/config/http/port"]],
  [
    "an unknown secret",
    { config: least, secrets: { values: { ONHOOK_PASSWORD: "a" } } },
    ["/secrets/values", "ONHOOK_PASSWORD"],
  ],
  ["root", { config: least, pod: { runAsUser: 0 } }, ["/pod/runAsUser"]],
  [
    "an unknown way to scale",
    roles({ autoscaling: { kind: "lag" } }),
    ["/roles/match/autoscaling/kind"],
  ],
  [
    "no role",
    {
      config: least,
      roles: { match: { enabled: false }, deliver: { enabled: false }, admin: { enabled: false } },
    },
    ["roles.match.enabled"],
  ],
  [
    "more processes than partitions",
    roles({ replicas: 7 }),
    ["roles.match.replicas is 7", "6 partitions"],
  ],
  [
    "more processes than partitions by scaling",
    roles({ autoscaling: { kind: "keda", maxReplicas: 12 } }),
    ["roles.match.autoscaling.maxReplicas is 12"],
  ],
  [
    "a minimum above the maximum",
    roles({ autoscaling: { kind: "hpa", minReplicas: 4, maxReplicas: 3 } }),
    ["roles.match.autoscaling.minReplicas"],
  ],
  [
    "a heap as large as the memory",
    roles({ heapMiB: 512 }),
    ["roles.match.resources.limits.memory is 512Mi", "704Mi"],
  ],
  [
    "KEDA for the admin role",
    { config: least, roles: { admin: { autoscaling: { kind: "keda" } } } },
    ["roles.admin.autoscaling.kind"],
  ],
  [
    "KEDA without a login",
    {
      config: { ...least, kafka: { brokers, sasl: { mechanism: "plain", username: "a" } } },
      secrets: { existingSecret: "a" },
      roles: { match: { autoscaling: { kind: "keda" } } },
    },
    ["keda.authenticationRef"],
  ],
  [
    "a grace period shorter than the drain",
    { config: least, deployment: { terminationGracePeriodSeconds: 20 } },
    ["deployment.terminationGracePeriodSeconds is 20", "25 in all"],
  ],
  [
    "a drain shorter than a request",
    { config: { ...least, delivery: { timeoutMs: 15000 } } },
    ["config.delivery.drainTimeoutMs (15000)", "config.delivery.timeoutMs (15000)"],
  ],
  [
    "a login without a user",
    { config: { ...least, kafka: { brokers, sasl: { mechanism: "plain" } } } },
    ["config.kafka.sasl.username"],
  ],
  [
    "a login without a password",
    { config: { ...least, kafka: { brokers, sasl: { mechanism: "plain", username: "a" } } } },
    ["ONHOOK_KAFKA_SASL_PASSWORD"],
  ],
  [
    "a password without a login",
    { config: least, secrets: { values: { ONHOOK_KAFKA_SASL_PASSWORD: "a" } } },
    ["config.kafka.sasl.mechanism is none"],
  ],
  [
    "a registry's user without a password",
    { config: { ...least, registry: { url, username: "a" } } },
    ["ONHOOK_REGISTRY_PASSWORD"],
  ],
  [
    "a proxy's user without a password",
    { config: { ...least, delivery: { proxy: { url: "http://proxy:3128", username: "a" } } } },
    ["ONHOOK_DELIVERY_PROXY_PASSWORD"],
  ],
  [
    "headers for a collector without the collector",
    { config: least, secrets: { values: { ONHOOK_TRACING_HEADERS: "a=b" } } },
    ["ONHOOK_TRACING_HEADERS", "config.tracing.otlpEndpoint"],
  ],
  [
    "a certificate without its key",
    { config: least, tls: { kafka: { secretName: "a", certKey: "tls.crt" } } },
    ["tls.kafka", "certKey and keyKey"],
  ],
  [
    "files without TLS",
    { config: { ...least, kafka: { brokers, ssl: { caFile: "/a" } } } },
    ["config.kafka.ssl.enabled is false"],
  ],
  [
    "heartbeats as seldom as the session ends",
    { config: { ...least, kafka: { brokers, heartbeatIntervalMs: 10000 } } },
    ["config.kafka.heartbeatIntervalMs"],
  ],
  [
    "a ladder that does not ascend",
    { config: { ...least, delivery: { ladderMs: [4000, 2000] } } },
    ["config.delivery.ladderMs"],
  ],
  [
    "encryption without a key",
    { config: { ...least, secrets: { requireEncrypted: true } } },
    ["config.secrets.requireEncrypted", "secrets.keysFile"],
  ],
  [
    "secrets given twice",
    { config: least, secrets: { existingSecret: "a", values: { ONHOOK_SECRETS_KEYS: "a" } } },
    ["secrets.existingSecret and secrets.values"],
  ],
  [
    "Strimzi without a cluster",
    { config: least, strimzi: { topics: { enabled: true } } },
    ["strimzi.cluster"],
  ],
  [
    "a hook before its user",
    {
      config: { ...least, kafka: { brokers, sasl: { mechanism: "scram-sha-512" } } },
      strimzi: { cluster: "a", users: { enabled: true } },
    },
    ["topicsApply.run is hook", "set topicsApply.run to job"],
  ],
  [
    "another login than the users'",
    {
      config: least,
      topicsApply: { run: "job" },
      strimzi: { cluster: "a", users: { enabled: true } },
    },
    ["config.kafka.sasl.mechanism must be the same"],
  ],
  [
    "an alert to leave out that is none",
    { config: least, prometheusRule: { enabled: true, disabled: ["NoSuchAlert"] } },
    ["prometheusRule.disabled", "NoSuchAlert"],
  ],
];

it.each(mistakes)("%s is refused, by a message that names it", async (_, values, named) => {
  const { ok, err } = await template(null, values);
  expect(ok).toBe(false);
  for (const part of named) expect(err).toContain(part);
});

it.each(["helm/onhook/README.md", "docs/operations.md"])(
  "the values that %s shows are taken",
  async (document) => {
    const shown = codeBlocks(readRepository(document), "yaml").filter((block) =>
      block.includes("\nconfig:"),
    );
    expect(shown.length).toBeGreaterThan(0);
    for (const block of shown) {
      const { ok, err } = await template(null, parse(block) as object);
      expect({ ok, err: ok ? "" : err }).toEqual({ ok: true, err: "" });
    }
  },
);

it("the least that is needed is enough", async () => {
  const { ok, err } = await template(null, { config: least });
  expect({ ok, err: ok ? "" : err }).toEqual({ ok: true, err: "" });
});
