import { beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import type { Config } from "../../src/config.ts";
import { definitionOf } from "../../src/commands/apply-topics.ts";
import { ladderOf, wantedTopics } from "../../src/wanted-topics.ts";
import { ofKind, rendered, theOne, valuesFiles } from "../support/chart/render-chart.ts";
import type { Manifest, ValuesFile } from "../support/chart/render-chart.ts";

const objects = new Map<ValuesFile, readonly Manifest[]>();
/** Long enough for each setting that is one. */
const aSecret = "from-a-secret-".repeat(3);
const of = (file: ValuesFile): readonly Manifest[] => objects.get(file) ?? [];

beforeAll(async () => {
  for (const file of valuesFiles) objects.set(file, await rendered(file));
});

/** The ConfigMap that a pod reads its settings from. */
function settingsMap(manifests: readonly Manifest[], { spec }: Manifest): Manifest | undefined {
  const name = spec.template.spec.volumes.find((volume) => volume.name === "settings")?.configMap
    ?.name;
  return ofKind(manifests, "ConfigMap").find(({ metadata }) => metadata.name === name);
}

/** The settings as the container reads them: its file, and its variables over it. */
function settingsOf(manifests: readonly Manifest[], owner: Manifest): Config {
  const [container] = owner.spec.template.spec.containers;
  const env: Record<string, string | undefined> = {};
  for (const { name, value, valueFrom } of container.env)
    env[name] = valueFrom === undefined ? value : aSecret;
  delete env["ONHOOK_CONFIG"];
  // These have a form of their own, and where a Secret lacks one it is not set.
  for (const name of ["ONHOOK_SECRETS_KEYS", "ONHOOK_TRACING_HEADERS"]) delete env[name];
  const fileText = settingsMap(manifests, owner)?.data?.["onhook.yaml"] ?? "absent";
  return loadConfig({ env, fileText });
}

describe.each(valuesFiles)("with the %s values", (file) => {
  const pods = () =>
    [...ofKind(of(file), "Deployment"), ...ofKind(of(file), "Job")].map(
      ({ spec }) => spec.template.spec,
    );

  it("every pod meets the pod security standard that Kubernetes calls restricted, and more", () => {
    expect(pods().length).toBeGreaterThan(1);
    for (const { securityContext, containers, volumes, ...pod } of pods()) {
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65_532,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
      expect(pod).not.toHaveProperty("hostNetwork");
      for (const container of containers)
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          capabilities: { drop: ["ALL"] },
        });
      for (const { name, ...source } of volumes)
        expect({ name, kind: Object.keys(source)[0] }).toEqual({
          name,
          // The history of the admin role is all that a pod writes.
          kind: expect.stringMatching(name === "history" ? /^emptyDir$/ : /^(?:configMap|secret)$/),
        });
    }
  });

  it("the service takes the settings that its containers read", () => {
    for (const deployment of ofKind(of(file), "Deployment"))
      expect(settingsOf(of(file), deployment).kafka.brokers).not.toEqual(["localhost:9092"]);
    for (const job of ofKind(of(file), "Job")) settingsOf(of(file), job);
  });

  it("a pod has as long to stop as the drain may take and ten seconds more", () => {
    for (const deployment of ofKind(of(file), "Deployment")) {
      const { drainTimeoutMs } = settingsOf(of(file), deployment).delivery;
      const { terminationGracePeriodSeconds } = deployment.spec.template.spec;
      expect(terminationGracePeriodSeconds).toBe(drainTimeoutMs / 1000 + 10);
    }
  });

  it("probes ask what they are for, and processes are replaced one after another, the new one first", () => {
    for (const { spec } of ofKind(of(file), "Deployment")) {
      const [{ startupProbe, livenessProbe, readinessProbe }] = spec.template.spec.containers;
      const paths = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet);
      const http = (path: string) => ({ path, port: "http" });
      expect(paths).toEqual([http("/healthz"), http("/healthz"), http("/readyz")]);
      expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
      expect(spec.minReadySeconds).toBeGreaterThan(0);
    }
  });

  it("the heap leaves room in the memory that a container may take", () => {
    for (const { spec } of ofKind(of(file), "Deployment")) {
      const [{ args, env, resources }] = spec.template.spec.containers;
      const options = env.find(({ name }) => name === "NODE_OPTIONS")?.value ?? "";
      const heap = Number(/--max-old-space-size=(\d+)/.exec(options)?.[1]);
      const calls = args.join(" ").includes("admin") ? 256 : 0;
      const limit = resources.limits.memory;
      const mebibytes = Number.parseInt(limit, 10) * (limit.endsWith("Gi") ? 1024 : 1);
      expect(heap + 192 + calls).toBeLessThanOrEqual(mebibytes);
    }
  });

  it("no secret stands in a ConfigMap or in an argument", () => {
    for (const { data } of ofKind(of(file), "ConfigMap"))
      expect(JSON.stringify(data)).not.toMatch(/"password|\bpassword:/);
    for (const { containers } of pods())
      for (const { args } of containers) expect(args.join(" ")).not.toMatch(/password|secret/i);
  });

  it("every Deployment has a budget for disruptions with its own selector", () => {
    const budgets = ofKind(of(file), "PodDisruptionBudget");
    for (const { metadata, spec } of ofKind(of(file), "Deployment")) {
      const budget = budgets.find((each) => each.metadata.name === metadata.name);
      expect(budget?.spec.selector).toEqual(spec.selector);
    }
  });
});

describe("scaling", () => {
  it("is by the lag of calls and jobs, and never by a rung of the ladder", async () => {
    const scaling = { autoscaling: { kind: "keda" } };
    const manifests = await rendered("small", {
      roles: {
        all: scaling,
        match: { enabled: true, ...scaling },
        deliver: { enabled: true, ...scaling },
      },
    });
    const triggers = (name: string) =>
      theOne(manifests, "ScaledObject", name).spec.triggers.map(({ metadata }) => [
        metadata["topic"],
        metadata["consumerGroup"],
      ]);
    const calls = ["onhook.cdr", "onhook-match"];
    const jobs = ["onhook.jobs", "onhook-deliver"];
    expect(triggers("-match")).toEqual([calls]);
    expect(triggers("-deliver")).toEqual([jobs]);
    expect(triggers("-all")).toEqual([calls, jobs]);
    const config = settingsOf(manifests, theOne(manifests, "Deployment", "-match"));
    const rungs = ladderOf(config).rungs.map(({ topic }) => topic);
    const scaled = JSON.stringify(ofKind(manifests, "ScaledObject"));
    expect(rungs.filter((topic) => scaled.includes(topic))).toEqual([]);
  });

  it("leaves the number of processes to who scales", () => {
    const { spec: scaled } = theOne(of("large"), "Deployment", "-match");
    const { spec: fixed } = theOne(of("large"), "Deployment", "-admin");
    expect(scaled).not.toHaveProperty("replicas");
    expect(fixed.replicas).toBe(1);
  });
});

describe("Strimzi", () => {
  it("is asked for the very topics that `topics apply` would make", () => {
    const manifests = of("large");
    const config = settingsOf(manifests, theOne(manifests, "Deployment", "-match"));
    const wanted = wantedTopics(config).map(definitionOf);
    const asked = ofKind(manifests, "KafkaTopic").map(({ spec }) => ({
      topic: spec.topicName,
      partitions: spec.partitions,
      settings: Object.fromEntries(
        Object.entries(spec.config)
          .filter(([name]) => name !== "min.insync.replicas")
          .map(([name, value]) => [name, String(value)]),
      ),
    }));
    const byName = <T extends { topic: string }>(topics: readonly T[]) =>
      topics.toSorted((a, b) => a.topic.localeCompare(b.topic));
    expect(byName(asked)).toEqual(byName(wanted));
  });

  it("makes topics that stay when the release goes", () => {
    for (const { metadata } of ofKind(of("large"), "KafkaTopic"))
      expect(metadata.annotations).toEqual({ "helm.sh/resource-policy": "keep" });
  });
});

describe("the hook of topics", () => {
  it("runs before each install and upgrade, after the settings that it reads", () => {
    const job = theOne(of("secured"), "Job");
    const settings = settingsMap(of("secured"), job);
    const weight = (manifest: Manifest | undefined) =>
      Number(manifest?.metadata.annotations?.["helm.sh/hook-weight"]);
    for (const each of [job, settings])
      expect(each?.metadata.annotations?.["helm.sh/hook"]).toBe("pre-install,pre-upgrade");
    expect(weight(settings)).toBeLessThan(weight(job));
    expect(job.spec.template.spec.containers[0].args).toEqual(["topics", "apply"]);
  });
});
