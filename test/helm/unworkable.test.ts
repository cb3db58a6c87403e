import { expect, it } from "vitest";
import { template } from "../support/chart/render-chart.ts";

const url = "http://registry.example.com:8081";
const least = { kafka: { brokers: ["kafka.example.com:9092"] }, registry: { url } };
const set = (values: object) => ({ config: least, ...values });
const role = (values: object) => set({ roles: { match: values } });
const behindPolicy = (config: object, peers: object = {}) => ({
  config: { ...least, ...config },
  networkPolicy: { enabled: true, ...peers },
});
const peers = [{ ipBlock: { cidr: "198.51.100.7/32" } }];
const registry = { url: "https://registry.example.com" };

/** Values that have the right form, and with which something could not work; and what the message has to name. */
const unworkable: readonly (readonly [string, object, readonly string[]])[] = [
  [
    "no process to replace",
    set({ deployment: { maxSurge: 0, maxUnavailable: 0 } }),
    ["deployment.maxSurge", "deployment.maxUnavailable"],
  ],
  [
    "more memory asked for than allowed",
    role({ resources: { requests: { memory: "1Gi" }, limits: { memory: "900Mi" } } }),
    ["roles.match.resources.requests.memory is 1Gi", "limits.memory of 900Mi"],
  ],
  [
    "more processors asked for than allowed",
    role({ resources: { requests: { cpu: "1500m" }, limits: { cpu: 1 } } }),
    ["roles.match.resources.requests.cpu is 1500m", "limits.cpu of 1"],
  ],
  [
    "more memory asked for than allowed for the Job",
    set({ topicsApply: { resources: { requests: { memory: "0.5Gi" } } } }),
    ["topicsApply.resources.requests.memory is 0.5Gi", "limits.memory of 256Mi"],
  ],
  [
    "fewer replicas of a topic than have to be in sync",
    {
      config: { ...least, kafka: { ...least.kafka, replicationFactor: 1 } },
      strimzi: { cluster: "calls", topics: { enabled: true } },
    },
    ["config.kafka.replicationFactor is 1", "min.insync.replicas of strimzi.topics.config is 2"],
  ],
  [
    "a budget of no process",
    role({ podDisruptionBudget: { maxUnavailable: 0 } }),
    ["roles.match.podDisruptionBudget.maxUnavailable is 0"],
  ],
  [
    "a budget of no percent",
    role({ podDisruptionBudget: { maxUnavailable: "0%" } }),
    ["roles.match.podDisruptionBudget.maxUnavailable is 0%"],
  ],
  [
    "KEDA without the brokers' certificates",
    set({
      tls: { kafka: { secretName: "ca" } },
      roles: { match: { autoscaling: { kind: "keda" } } },
    }),
    ["keda.authenticationRef", "tls.kafka"],
  ],
  [
    "a label of the chart's among those of pods",
    set({ pod: { labels: { "app.kubernetes.io/instance": "other" } } }),
    ["pod.labels has app.kubernetes.io/instance"],
  ],
  [
    "a label of Helm's among the common ones",
    set({ commonLabels: { "helm.sh/chart": "other" } }),
    ["commonLabels has helm.sh/chart"],
  ],
  [
    "an autoscaler without a metric",
    role({ autoscaling: { kind: "hpa", cpuPercent: 0 } }),
    ["roles.match.autoscaling.cpuPercent is 0", "metrics"],
  ],
  [
    "a pause that Kubernetes 1.29 does not know",
    set({ deployment: { preStopSleepSeconds: 5 } }),
    ["deployment.preStopSleepSeconds is 5", "1.30", "v1.29.0"],
  ],
  [
    "a user for operators without users",
    set({ strimzi: { users: { operator: true } } }),
    ["strimzi.users.operator", "strimzi.users.enabled"],
  ],
  [
    "any address at the registry's port",
    behindPolicy({ registry }),
    ["networkPolicy.registryTo is empty", "port 443", "config.delivery.deniedPorts"],
  ],
  [
    "any address at a broker's port",
    behindPolicy({ kafka: { brokers: ["kafka.example.com:443"] } }, { registryTo: peers }),
    ["networkPolicy.kafkaTo is empty", "port 443"],
  ],
  [
    "any address at a port that brokers advertise",
    behindPolicy({}, { registryTo: peers, kafkaPorts: [8443] }),
    ["networkPolicy.kafkaTo is empty", "port 8443"],
  ],
  [
    "any address at the collector's port",
    behindPolicy({ tracing: { otlpEndpoint: "https://collector" } }, { registryTo: peers }),
    ["networkPolicy.collectorTo is empty", "port 443"],
  ],
  [
    "any address at the proxy's port",
    behindPolicy({ delivery: { proxy: { url: "http://proxy:3128" } } }, { registryTo: peers }),
    ["networkPolicy.proxyTo is empty", "port 3128"],
  ],
];

it.each(unworkable)("%s is refused, by a message that names it", async (_, values, named) => {
  const { ok, err } = await template(null, values);
  expect(ok).toBe(false);
  for (const part of named) expect(err).toContain(part);
});

const workable: readonly (readonly [string, object])[] = [
  ["peers at the registry's port", behindPolicy({ registry }, { registryTo: peers })],
  [
    "any address at ports that webhooks may not use",
    behindPolicy({ delivery: { deniedPorts: [8081, 9092] } }),
  ],
  [
    "any address at the registry's port where nobody makes requests",
    {
      ...behindPolicy({ registry }),
      roles: { deliver: { enabled: false }, admin: { enabled: false } },
    },
  ],
  [
    "KEDA with brokers whose certificates all trust",
    {
      config: { ...least, kafka: { ...least.kafka, ssl: { enabled: true } } },
      roles: { match: { autoscaling: { kind: "keda" } } },
    },
  ],
  [
    "as many replicas of a topic as the brokers say",
    set({ strimzi: { cluster: "calls", topics: { enabled: true } } }),
  ],
];

it("a pause is taken by the version of Kubernetes that knows it", async () => {
  const values = set({ deployment: { preStopSleepSeconds: 5 } });
  const { ok, err } = await template(null, values, "1.30.0");
  expect({ ok, err: ok ? "" : err }).toEqual({ ok: true, err: "" });
});

it.each(workable)("%s is taken", async (_, values) => {
  const { ok, err } = await template(null, values);
  expect({ ok, err: ok ? "" : err }).toEqual({ ok: true, err: "" });
});
