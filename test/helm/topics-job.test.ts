import { expect, test } from "vitest";
import { renderedWith } from "../support/chart/edited-chart.ts";
import { rendered, theOne } from "../support/chart/render-chart.ts";
import type { Manifest } from "../support/chart/render-chart.ts";

const beside = { topicsApply: { run: "job" } };
const job = async (values: object): Promise<Manifest> =>
  theOne(await rendered("small", { ...beside, ...values }), "Job");

/** Values that the Job's pods are made of, which Kubernetes lets nobody change. */
const changes: readonly (readonly [string, object])[] = [
  ["the settings", { config: { delivery: { ladderMs: [1000] } } }],
  ["a secret", { secrets: { values: { ONHOOK_SECRETS_KEYS: "first:AAAA" } } }],
  ["the image", { image: { tag: "0.2.0" } }],
  ["the common labels", { commonLabels: { team: "telephony" } }],
  ["the secrets to pull the image with", { imagePullSecrets: [{ name: "pull" }] }],
  ["the account", { serviceAccount: { name: "other" } }],
  ["a pod's labels", { pod: { labels: { team: "telephony" } } }],
  ["a pod's nodes", { pod: { nodeSelector: { pool: "calls" } } }],
  ["the certificates", { tls: { receivers: { configMapName: "authority" } } }],
  ["the memory", { topicsApply: { run: "job", resources: { limits: { memory: "300Mi" } } } }],
];

test.each(changes)(
  "with another of %s the Job beside the pods has another name",
  async (_, values) => {
    const before = await job({});
    const after = await job(values);
    expect(after.spec.template).not.toEqual(before.spec.template);
    expect(after.metadata.name).not.toBe(before.metadata.name);
  },
);

test("without a change the Job has the name that it had", async () => {
  const [first, second] = [await job({}), await job({})];
  expect(second.metadata.name).toBe(first.metadata.name);
});

test("with another version of the chart the Job beside the pods has another name", async () => {
  const edit = (text: string) => text.replace(/^version: .*$/m, "version: 99.0.0");
  const other = theOne(await renderedWith("Chart.yaml", edit, beside), "Job");
  const own = await job({});
  expect(other.spec.template).not.toEqual(own.spec.template);
  expect(other.metadata.name).not.toBe(own.metadata.name);
});

test("each revision of the release has a Job of its own, since one that has failed can't run again", async () => {
  // Without a cluster Helm knows of no revision but the first.
  const edit = (text: string) => `{{- $_ := set .Release "Revision" 8 -}}\n${text}`;
  const eighth = theOne(await renderedWith("templates/topics-apply.yaml", edit, beside), "Job");
  const own = await job({});
  expect(eighth.spec.template).toEqual(own.spec.template);
  expect(eighth.metadata.name).not.toBe(own.metadata.name);
  expect(eighth.metadata.name).toMatch(/-topics-8-[0-9a-f]{8}$/);
});

test("however long the release's name, the Job's has room for what Kubernetes makes of it", async () => {
  const { metadata } = await job({ fullnameOverride: "a".repeat(50) });
  expect(metadata.name.length).toBeLessThanOrEqual(63);
});
