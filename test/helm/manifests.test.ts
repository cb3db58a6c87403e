import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { stringify } from "yaml";
import {
  chart,
  manifestsIn,
  rendered,
  said,
  template,
  valuesFiles,
} from "../support/chart/render-chart.ts";
import { kubernetesVersions } from "../support/chart/tools.ts";

interface Verdict {
  readonly resources: readonly {
    readonly kind: string;
    readonly name: string;
    readonly status: string;
    readonly msg: string;
  }[];
}

/** What kubeconform finds wrong, and how many objects it looked at. No schema is a mistake, too. */
async function judged(yaml: string, version: string): Promise<{ wrong: string[]; count: number }> {
  const { kubeconform, schemas } = inject("chartTools");
  const file = "{{ .ResourceKind }}{{ .KindSuffix }}.json";
  const places = [
    `${schemas}/{{ .NormalizedKubernetesVersion }}/${file}`,
    `${schemas}/crds/${file}`,
  ];
  const words = ["-strict", "-verbose", "-output", "json", "-kubernetes-version", version];
  const { out, err } = await said(
    kubeconform,
    [...words, ...places.flatMap((place) => ["-schema-location", place])],
    yaml,
  );
  if (out === "") throw new Error(err);
  const { resources } = JSON.parse(out) as Verdict;
  const wrong = resources
    .filter(({ status }) => status !== "statusValid")
    .map(({ kind, name, msg }) => `${kind} ${name}: ${msg}`);
  return { wrong, count: resources.length };
}

it.each(valuesFiles)("helm lint --strict has nothing to say with the %s values", async (file) => {
  const values = `${chart}/ci/${file}-values.yaml`;
  const { helm } = inject("chartTools");
  const words = ["lint", "--strict", chart, "--kube-version", kubernetesVersions[0]];
  const { ok, out, err } = await said(helm, [...words, "--values", values]);
  const warnings = /\[(?:WARNING|ERROR)\].*/.exec(out + err);
  expect({ ok, warnings }).toEqual({ ok: true, warnings: null });
});

/** Values that bring out what the files of the chart leave in. */
const variants: readonly object[] = [
  {
    config: {
      kafka: { ssl: { enabled: true }, replicationFactor: 3 },
      delivery: { allowedRanges: ["10.20.0.0/16", "fd00::/8"] },
    },
    topicsApply: { run: "job" },
    history: { existingClaim: "history" },
    networkPolicy: {
      enabled: true,
      kafkaPorts: [9093],
      registryTo: [{ ipBlock: { cidr: "198.51.100.7/32" } }],
    },
    tls: { kafka: { secretName: "ca" }, receivers: { configMapName: "own-authority" } },
    strimzi: {
      cluster: "calls",
      apiVersion: "kafka.strimzi.io/v1beta2",
      topics: { enabled: true },
      users: { enabled: true, authentication: "tls", operator: true },
    },
  },
  {
    config: { secrets: { requireEncrypted: true } },
    secrets: {
      values: { ONHOOK_SECRETS_KEYS: "first:AAAA", ONHOOK_ADMIN_SESSION_KEY: "k".repeat(32) },
    },
    monitor: { kind: "ServiceMonitor", namespace: "monitoring" },
    roles: {
      all: { autoscaling: { kind: "keda" }, podDisruptionBudget: { maxUnavailable: "50%" } },
      match: {
        enabled: true,
        tolerations: [{ operator: "Exists" }],
        nodeSelector: { pool: "calls" },
      },
      admin: { enabled: true, autoscaling: { kind: "hpa" }, resources: { limits: { cpu: 2 } } },
    },
    portal: {
      enabled: true,
      service: { type: "LoadBalancer", annotations: { lb: "internal" } },
      ingress: {
        enabled: true,
        host: "webhooks.example.com",
        annotations: { a: "b" },
        tls: { enabled: false },
      },
    },
    pod: { runAsUser: null, runAsGroup: null, fsGroup: null, labels: { team: "telephony" } },
    serviceAccount: { create: false },
  },
];

/** What only the newest takes. */
const newest: object = { deployment: { preStopSleepSeconds: 5 } };

it.each(kubernetesVersions)(
  "every object, whichever values, meets the schemas of Kubernetes %s and of the CRDs",
  async (version) => {
    const answers = await Promise.all([
      ...valuesFiles.map((file) => template(file, {}, version)),
      ...variants.map((values) => template("small", values, version)),
      ...(version === kubernetesVersions[1] ? [template("small", newest, version)] : []),
    ]);
    expect(answers.filter(({ ok }) => !ok).map(({ err }) => err)).toEqual([]);
    const { wrong, count } = await judged(answers.map(({ out }) => out).join("---\n"), version);
    expect(wrong).toEqual([]);
    const objects = answers.flatMap(({ out }) => manifestsIn(out));
    expect(count).toBe(objects.length);
  },
);

it("the packaged chart has rules and dashboards in it, and nothing that only this repository needs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "chart-"));
  try {
    const words = ["package", chart, "--destination", folder];
    expect((await said(inject("chartTools").helm, words)).ok).toBe(true);
    const [archive = ""] = await readdir(folder);
    const { out } = await said("tar", ["--list", "--verbose", "--file", join(folder, archive)]);
    const entries = out.trim().split("\n");
    expect(entries.filter((entry) => !entry.startsWith("-"))).toEqual([]);
    const files = entries.map((entry) => /onhook\/(\S+)$/.exec(entry)?.[1] ?? "");
    const known =
      /^(?:Chart\.yaml|README\.md|values\.yaml|values\.schema\.json|\.helmignore|(?:ci|templates)\/[\w-]+\.(?:yaml|tpl|txt)|templates\/NOTES\.txt|files\/[\w-]+\.yaml|files\/prometheus\/[\w-]+\.yaml|files\/grafana\/[\w-]+\.json)$/;
    expect(files.filter((file) => !known.test(file))).toEqual([]);
    for (const file of ["onhook.yaml", "prometheus/onhook-alerts.yaml", "grafana/overview.json"])
      expect(files).toContain(`files/${file}`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe("the check of the objects", () => {
  it("finds a property that Kubernetes does not have, and one that a CRD does not have", async () => {
    const manifests = await rendered("large");
    const broken = ["Deployment", "ScaledObject", "KafkaTopic", "KafkaUser", "PodMonitor"].map(
      (kind) => {
        const one = manifests.find((manifest) => manifest.kind === kind);
        return stringify({ ...one, spec: { ...one?.spec, nothingSuch: 1 } });
      },
    );
    const { wrong } = await judged(broken.join("---\n"), kubernetesVersions[1]);
    expect(wrong).toHaveLength(broken.length);
    for (const message of wrong) expect(message).toContain("nothingSuch");
  });

  it("finds an object of a kind that it knows nothing of", async () => {
    const unknown = { apiVersion: "example.com/v1", kind: "Unheard", metadata: { name: "a" } };
    const { wrong } = await judged(stringify(unknown), kubernetesVersions[1]);
    expect(wrong).toEqual([expect.stringContaining("could not find schema for Unheard")]);
  });
});
