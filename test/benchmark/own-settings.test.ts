import { describe, expect, test } from "vitest";
import { ownGroups, ownPrefix, ownSettings } from "../../src/benchmark/own-settings.ts";
import { loadConfig } from "../../src/config.ts";
import type { Config } from "../../src/config.ts";
import { wantedTopics } from "../../src/wanted-topics.ts";

/** Somebody's settings, as dangerous for a benchmark as can be. */
const fileText = `
kafka:
  matchGroup: real-match
  deliverGroup: real-deliver
  retryGroup: real-retry
  redriveGroup: real-redrive
  replayGroupPrefix: real-replay
  transactionalIdPrefix: real-transactions
  replicationFactor: 3
topics:
  cdr: {name: real.cdr, partitions: 24}
  triggers: {name: real.triggers}
  tenants: {name: real.tenants}
  endpoints: {name: real.endpoints}
  jobs: {name: real.jobs, partitions: 12}
  dead: {name: real.dead}
  attempts: {name: real.attempts, partitions: 9}
  invalid: {name: real.invalid}
  retry: {prefix: real.retry.}
delivery:
  allowedRanges: [10.0.0.0/8]
  maxInFlight: 100
  proxy: {url: http://proxy.example.com:3128, username: me, password: sesame}
audit: {intervalMs: 60000}
`;

const configOf = (env: Readonly<Record<string, string>>): Config => loadConfig({ fileText, env });

/** Every text of the settings, by its place. */
function textsOf(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => textsOf(each, `${path}.${key}`));
}

describe("the settings of a benchmark", () => {
  const prefix = ownPrefix("onhook-bench");
  const own = configOf(ownSettings(prefix));

  test("have no name in common with those that they are made of", () => {
    const real = new Set(
      textsOf(configOf({}))
        .map(([, text]) => text)
        .filter((text) => text.startsWith("real")),
    );
    expect(real.size).toBe(15);
    expect(textsOf(own).filter(([, text]) => real.has(text))).toEqual([]);
  });

  test("have names that all begin with what no other run begins with", () => {
    expect(prefix).toMatch(/^onhook-bench-[0-9a-f]{8}$/);
    expect(ownPrefix("onhook-bench")).not.toBe(prefix);
    const { matchGroup, deliverGroup, retryGroup, redriveGroup } = own.kafka;
    const names = [
      ...wantedTopics(own).map(({ topic }) => topic),
      matchGroup,
      deliverGroup,
      retryGroup,
      redriveGroup,
      own.kafka.replayGroupPrefix,
      own.kafka.transactionalIdPrefix,
    ];
    expect(names.filter((name) => !name.startsWith(prefix))).toEqual([]);
    expect(Object.values(ownGroups(prefix))).toEqual(
      expect.arrayContaining([matchGroup, deliverGroup, retryGroup, redriveGroup]),
    );
  });

  test("let requests go to loopback alone, past the proxy, and no audit begin", () => {
    const { allowedRanges, dangerousAllowHttp, proxy } = own.delivery;
    expect({ allowedRanges, dangerousAllowHttp, proxy }).toEqual({
      allowedRanges: ["127.0.0.0/8"],
      dangerousAllowHttp: true,
      proxy: { url: null, username: null, password: null },
    });
    expect(own.audit.intervalMs).toBe(0);
  });

  test("leave all else as it is, since that is what is measured", () => {
    expect(own.delivery.maxInFlight).toBe(100);
    expect(own.kafka.replicationFactor).toBe(3);
    const { cdr, jobs, attempts } = own.topics;
    expect([cdr.partitions, jobs.partitions, attempts.partitions]).toEqual([24, 12, 9]);
  });

  test("have the partitions and the replication factor that are asked for", () => {
    const { kafka, topics } = configOf(
      ownSettings(prefix, { partitions: 4, replicationFactor: 2 }),
    );
    expect(kafka.replicationFactor).toBe(2);
    expect([topics.cdr.partitions, topics.jobs.partitions]).toEqual([4, 4]);
  });
});
