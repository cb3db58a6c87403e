import { expect, test } from "vitest";
import { settings } from "../src/config/catalogue.ts";
import { crossChecks } from "../src/config/cross-checks.ts";
import { mistakes } from "./support/config-mistakes.ts";

test.each([
  [
    "kafka: {sasl: {mechanism: plain}}",
    [
      "kafka.sasl.mechanism (onhook.yaml line 1): needs kafka.sasl.username too",
      "kafka.sasl.mechanism (onhook.yaml line 1): needs kafka.sasl.password too",
    ],
  ],
  [
    "kafka: {sasl: {username: u}}",
    ["kafka.sasl.username (onhook.yaml line 1): has no effect while kafka.sasl.mechanism is none"],
  ],
  [
    "kafka: {ssl: {enabled: true, certFile: c.pem}}",
    ["kafka.ssl.certFile (onhook.yaml line 1): needs kafka.ssl.keyFile too"],
  ],
  [
    "kafka: {ssl: {caFile: c.pem}}",
    ["kafka.ssl.caFile (onhook.yaml line 1): has no effect while kafka.ssl.enabled is false"],
  ],
  [
    "registry: {password: p}",
    ["registry.password (onhook.yaml line 1): needs registry.username too"],
  ],
  [
    "delivery: {proxy: {url: 'http://proxy:3128', username: u}}",
    ["delivery.proxy.username (onhook.yaml line 1): needs delivery.proxy.password too"],
  ],
  [
    "delivery: {proxy: {password: p}}",
    [
      "delivery.proxy.password (onhook.yaml line 1): has no effect while delivery.proxy.url is null",
    ],
  ],
  [
    "secrets: {activeKey: k1, requireEncrypted: true}",
    [
      "secrets.activeKey (onhook.yaml line 1): needs a key in secrets.keys or secrets.keysFile",
      "secrets.requireEncrypted (onhook.yaml line 1): needs a key in secrets.keys or secrets.keysFile",
    ],
  ],
  [
    "tracing: {headers: [a=b], caFile: ca.pem}",
    [
      "tracing.headers (onhook.yaml line 1): has no effect while tracing.otlpEndpoint is null",
      "tracing.caFile (onhook.yaml line 1): has no effect while tracing.otlpEndpoint is null",
    ],
  ],
  [
    "kafka: {heartbeatIntervalMs: 30000}",
    ["kafka.heartbeatIntervalMs (onhook.yaml line 1): must be less than kafka.sessionTimeoutMs"],
  ],
  [
    "kafka: {retryGroup: onhook-match}",
    [
      'kafka.retryGroup (onhook.yaml line 1): is the same consumer group as kafka.matchGroup, "onhook-match"',
    ],
  ],
  [
    "kafka: {replayGroupPrefix: onhook}",
    ["matchGroup", "deliverGroup", "retryGroup"].map(
      (group) =>
        `kafka.${group} (default): must not begin with kafka.replayGroupPrefix and a hyphen, as the groups of replays do`,
    ),
  ],
  [
    "topics: {jobs: {name: onhook.cdr}}",
    ['topics.jobs.name (onhook.yaml line 1): is the same topic as topics.cdr.name, "onhook.cdr"'],
  ],
  [
    "topics: {dead: {name: onhook.retry.2s}}",
    ['topics.retry.prefix (default): is the same topic as topics.dead.name, "onhook.retry.2s"'],
  ],
])("settings that do not fit together are a mistake: %s", (file, lines) => {
  expect(mistakes(file)).toEqual(lines.map((line) => `- ${line}`));
});

test("rules about several settings look at settings that exist", () => {
  const paths = new Set(settings.map(({ path }) => path));
  const concerned = crossChecks.flatMap(({ concerns }) => concerns);
  expect(concerned.filter((path) => !paths.has(path))).toEqual([]);
});
