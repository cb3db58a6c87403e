import { expect, test } from "vitest";
import { parse } from "yaml";
import { describeSettings, loadConfig, printConfig } from "../src/config.ts";
import { retryTopic, topicRoles } from "../src/topology.ts";

const load = (fileText: string, env: Record<string, string> = {}) =>
  loadConfig({ file: "onhook.yaml", fileText, env });

test("with nothing given every setting has its default", () => {
  const config = load("");
  expect(config.roles).toEqual(["match", "deliver", "admin"]);
  expect(config.kafka.brokers).toEqual(["localhost:9092"]);
  expect(config.kafka.sasl).toEqual({ mechanism: "none", username: null, password: null });
  expect(config.delivery.ladderMs).toEqual(
    [2, 4, 6, 8, 10, 12, 14, 16, 18, 20].map((s) => s * 1000),
  );
  expect(config.delivery.timeoutMs).toBe(10_000);
  expect(config.delivery.dangerousAllowHttp).toBe(false);
  expect(config.http.port).toBe(8080);
});

test("topics take their defaults from the topology", () => {
  const { retry, ...topics } = load("").topics;
  expect(Object.keys(topics).sort()).toEqual(Object.keys(topicRoles).sort());
  for (const [role, topic] of Object.entries(topics)) {
    expect(topicRoles[role as keyof typeof topicRoles]).toMatchObject(topic);
  }
  expect(retry).toEqual({
    prefix: "onhook.retry.",
    partitions: retryTopic.partitions,
    retentionDays: retryTopic.retentionDays,
  });
});

test("the file wins over the default, the environment over the file", () => {
  const file = "kafka:\n  clientId: from-file\n  matchGroup: from-file\n";
  const { kafka } = load(file, { ONHOOK_KAFKA_CLIENT_ID: "from-env" });
  expect(kafka.clientId).toBe("from-env");
  expect(kafka.matchGroup).toBe("from-file");
  expect(kafka.deliverGroup).toBe("onhook-deliver");
});

test("a group may be left empty", () => {
  expect(load("kafka:\nmatch:\n  partitionsAtOnce: 2\n").match.partitionsAtOnce).toBe(2);
});

test("lists in the environment are separated by commas, and an empty one is an empty list", () => {
  const { kafka, delivery } = load("delivery: {deniedPorts: [22]}", {
    ONHOOK_KAFKA_BROKERS: "a:9092, b:9093",
    ONHOOK_DELIVERY_LADDER_MS: "1000,3000",
    ONHOOK_DELIVERY_DENIED_PORTS: "",
  });
  expect(kafka.brokers).toEqual(["a:9092", "b:9093"]);
  expect(delivery.ladderMs).toEqual([1000, 3000]);
  expect(delivery.deniedPorts).toEqual([]);
});

test("an empty variable unsets a text that may be absent", () => {
  expect(
    load("delivery: {caFile: /ca.pem}", { ONHOOK_DELIVERY_CA_FILE: "" }).delivery.caFile,
  ).toBeNull();
});

test("settings that fit together are none", () => {
  const file =
    "kafka: {ssl: {enabled: true, certFile: c, keyFile: k}, sasl: {mechanism: scram-sha-512, username: u}}";
  expect(load(file, { ONHOOK_KAFKA_SASL_PASSWORD: "p" }).kafka.sasl.password).toBe("p");
});

test("a file that is not there is a mistake, whether it was named or ONHOOK_CONFIG names it", () => {
  const missing = expect.objectContaining({
    code: "CONFIG_INVALID",
    message: expect.stringContaining(
      "/nowhere/onhook.yaml: the settings file can not be read: ENOENT",
    ),
  });
  expect(() => loadConfig({ file: "/nowhere/onhook.yaml", env: {} })).toThrow(missing);
  expect(() => loadConfig({ env: { ONHOOK_CONFIG: "/nowhere/onhook.yaml" } })).toThrow(missing);
});

test("what is printed is a settings file with what is in effect", () => {
  const config = load("log: {level: debug}", { ONHOOK_HTTP_PORT: "81" });
  expect(parse(printConfig(config))).toEqual(config);
  expect(load(printConfig(config))).toEqual(config);
});

test("keys of the key ring are printed as stars, each of them", () => {
  const keys = ["k2", "k1"].map((id) => `${id}:${Buffer.alloc(32, id).toString("base64")}`);
  const config = load("", { ONHOOK_SECRETS_KEYS: keys.join(",") });
  expect(config.secrets.keys).toEqual(keys);
  expect(parse(printConfig(config))).toMatchObject({ secrets: { keys: ["***", "***"] } });
});

test("the settings can not be changed afterwards", () => {
  const config = load("");
  expect(Object.isFrozen(config.delivery.ladderMs)).toBe(true);
  expect(Object.isFrozen(config.kafka.sasl)).toBe(true);
});

test("every setting is described, with a variable of its own", () => {
  const described = describeSettings();
  expect(described.find(({ path }) => path === "kafka.clientId")?.env).toBe(
    "ONHOOK_KAFKA_CLIENT_ID",
  );
  expect(new Set(described.map(({ env }) => env)).size).toBe(described.length);
  expect(described.filter(({ doc }) => !/^[A-Z].*\.$/.test(doc))).toEqual([]);
  const unitOf = (ending: string) =>
    new Set(described.filter(({ path }) => path.endsWith(ending)).map(({ unit }) => unit));
  expect(unitOf("Ms")).toEqual(new Set(["ms"]));
  expect(unitOf("Bytes")).toEqual(new Set(["bytes"]));
  expect(described.filter(({ secret }) => secret).map(({ path }) => path)).toEqual([
    "kafka.sasl.password",
    "registry.password",
    "delivery.proxy.password",
    "secrets.keys",
    "admin.sessionKey",
    "admin.oidc.clientSecret",
    "tracing.headers",
  ]);
});
