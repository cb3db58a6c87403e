import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { kubernetesVersions } from "./tools.ts";

export const chart = fileURLToPath(new URL("../../../helm/onhook", import.meta.url));

/** The sets of values that the chart comes with. */
export const valuesFiles = ["small", "large", "secured"] as const;
export type ValuesFile = (typeof valuesFiles)[number];

export interface Container {
  readonly args: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: object;
  }[];
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly securityContext: object;
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface PodSpec {
  readonly containers: readonly [Container, ...Container[]];
  readonly securityContext: object;
  readonly terminationGracePeriodSeconds: number;
  readonly volumes: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly emptyDir?: object;
    readonly persistentVolumeClaim?: object;
  }[];
}

interface Labelled {
  readonly labels?: Readonly<Record<string, string>>;
}

interface EgressRule {
  readonly ports?: readonly { readonly port: number }[];
  readonly to?: readonly {
    readonly ipBlock: { readonly cidr: string; readonly except?: string[] };
  }[];
}

interface IngressPath {
  readonly path: string;
  readonly pathType: string;
  readonly backend: { readonly service: { readonly name: string } };
}

/** What specs of several kinds have, as deep as the tests look into them; kubeconform holds them against their schemas. */
interface Spec {
  readonly selector: object;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly strategy: { readonly type: string; readonly rollingUpdate?: object };
  readonly template: { readonly metadata: Labelled; readonly spec: PodSpec };
  readonly podSelector: { readonly matchExpressions: readonly object[] };
  readonly tls?: readonly object[];
  readonly rules: readonly [
    { readonly host: string; readonly http: { readonly paths: readonly IngressPath[] } },
  ];
  readonly jobLabel: string;
  readonly triggers: readonly { readonly metadata: Readonly<Record<string, string>> }[];
  readonly egress: readonly EgressRule[];
  readonly groups: readonly object[];
  readonly topicName: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string | number>>;
  readonly authorization: { readonly acls: readonly Right[] };
}

/** A right of a KafkaUser. */
export interface Right {
  readonly resource: { readonly type: string; readonly name: string; readonly patternType: string };
  readonly operations: readonly string[];
}

/** An object of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Labelled & {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Spec;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

export interface Said {
  readonly ok: boolean;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end, with `input` on its standard input. Never rejects: a refusal is an answer. */
export function said(program: string, args: readonly string[], input = ""): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile(program, [...args], { maxBuffer: 64 * 1024 * 1024 }, (error, out, err) =>
      resolve({ ok: error === null, out, err }),
    );
    child.stdin?.end(input);
  });
}

/** What `helm template` says, with a file of values of the chart's, and `values` over it. */
export function template(
  file: ValuesFile | null,
  values: object = {},
  kubernetesVersion: string = kubernetesVersions[0],
): Promise<Said> {
  const files = file === null ? [] : ["--values", `${chart}/ci/${file}-values.yaml`];
  const where = ["--namespace", "calls", "--kube-version", kubernetesVersion];
  const words = ["template", "release", chart, ...where, ...files, "--values", "-"];
  return said(inject("chartTools").helm, words, stringify(values));
}

/** The objects that Helm makes of the chart. Throws with what Helm says where it refuses. */
export async function rendered(
  file: ValuesFile | null,
  values: object = {},
): Promise<readonly Manifest[]> {
  const { ok, out, err } = await template(file, values);
  if (!ok) throw new Error(err);
  return manifestsIn(out);
}

/** The objects in YAML that Helm has made. */
export const manifestsIn = (yaml: string): readonly Manifest[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);

export const ofKind = (manifests: readonly Manifest[], kind: string): readonly Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

/** The one object of that kind whose name ends so. */
export function theOne(manifests: readonly Manifest[], kind: string, name = ""): Manifest {
  const found = ofKind(manifests, kind).filter(({ metadata }) => metadata.name.endsWith(name));
  const [one] = found;
  if (one === undefined || found.length > 1)
    throw new Error(`${found.length} objects are a ${kind} named …${name}`);
  return one;
}
