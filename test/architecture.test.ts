import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../src/", import.meta.url));

interface SourceFile {
  /** Relative to src, with slashes. */
  readonly path: string;
  /** The folder below src; "" for the files right in it. */
  readonly folder: string;
  readonly lines: number;
  readonly text: string;
  /** Project files that it imports, relative to src. */
  readonly imports: readonly string[];
}

const importPattern =
  /^(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;

function read(path: string): SourceFile {
  const text = readFileSync(join(src, path), "utf8");
  const named = [...text.matchAll(importPattern)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
  const imports = named
    .filter((name) => name.startsWith("."))
    .map((name) => relative(src, join(src, dirname(path), name)));
  const [folder = ""] = path.includes("/") ? path.split("/") : [];
  return { path, folder, lines: text.split("\n").length - 1, text, imports };
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map(read);

/** Whatever may import these: they know nothing of the flow. */
const leaves = ["runtime"];
const flows = ["log", "avro", "cdr", "secrets", "triggers", "jobs", "access"];
const stages = [
  "matching",
  "delivery",
  "endpoints",
  "replay",
  "audit",
  "history",
  "configuration",
  "explaining",
];
const adapters = ["kafka", "registry", "http", "otlp", "sqlite", "admin", "sandbox"];

/** Folders, and files right in src, that each folder may import besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "error-table": [],
  runtime: ["errors.ts"],
  log: [],
  avro: [...leaves, "errors.ts"],
  ...Object.fromEntries(
    flows.slice(2).map((folder) => [folder, [...flows, ...leaves, "errors.ts"]]),
  ),
  ...Object.fromEntries(stages.map((folder) => [folder, [...flows, ...leaves, "errors.ts"]])),
  // Reads what delivery has written on the dead.
  endpoints: [...flows, "delivery", "replay", ...leaves, "errors.ts"],
  replay: [...flows, "delivery", ...leaves, "errors.ts"],
  // Changes what is in force, and tells who did it.
  configuration: [...flows, "history", ...leaves, "errors.ts"],
  // Says of calls what triggers make of them, by the log that replays read.
  explaining: [...flows, "history", "delivery", "replay", ...leaves, "errors.ts"],
  // Runs in a browser: of the server it knows the types of what is asked and answered, no more.
  portal: ["admin"],
  ...Object.fromEntries(
    adapters.map((folder) => [
      folder,
      [...flows, ...stages, ...leaves, "errors.ts", "topology.ts"],
    ]),
  ),
  // Turns every stage's and adapter's events into lines and numbers, so it knows their types.
  observability: [
    ...flows,
    ...stages,
    "kafka",
    "registry",
    "otlp",
    "sqlite",
    "admin",
    ...leaves,
    "errors.ts",
  ],
  // Runs the service as others do, from outside: it knows how to start one, what to feed it, and the plain clients beside it.
  benchmark: [...flows, "kafka", "sandbox", ...leaves, "config.ts", "errors.ts", "topology.ts"],
  config: ["errors.ts", "topology.ts"],
  "command-line": ["commands", "config.ts"],
  app: [
    ...flows,
    ...stages,
    "kafka",
    "registry",
    "http",
    "otlp",
    "sqlite",
    "admin",
    "observability",
    ...leaves,
    "config.ts",
    "errors.ts",
    "topology.ts",
    "schema-files.ts",
    "wanted-topics.ts",
  ],
};

function place(path: string): string {
  const [folder] = path.split("/");
  return folder ?? path;
}

describe("the dependency rule", () => {
  it.each(Object.keys(allowed))("src/%s imports only what it may", (folder) => {
    const wrong = files
      .filter((file) => file.folder === folder)
      .flatMap(({ path, imports }) =>
        imports
          .filter((to) => ![folder, ...(allowed[folder] ?? [])].includes(place(to)))
          .map((to) => `${path} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it("holds for every folder of src", () => {
    const folders = new Set(files.map(({ folder }) => folder).filter((folder) => folder !== ""));
    expect([...folders].filter((folder) => !(folder in allowed) && folder !== "commands")).toEqual(
      [],
    );
  });

  it("only src/app, the commands and the benchmarks build adapters", () => {
    const builders = files.filter(
      ({ folder }) =>
        folder !== "app" &&
        folder !== "commands" &&
        folder !== "benchmark" &&
        folder !== "portal" &&
        !adapters.includes(folder) &&
        folder !== "observability",
    );
    const wrong = builders.flatMap(({ path, imports }) =>
      imports.filter((to) => adapters.includes(place(to))).map((to) => `${path} imports ${to}`),
    );
    expect(wrong).toEqual([
      "app.ts imports admin/health-server.ts",
      "app.ts imports admin/health-server.ts",
    ]);
  });

  it("observability imports nothing but events of adapters", () => {
    const wrong = files
      .filter(({ folder }) => folder === "observability")
      .flatMap(({ path, imports }) =>
        imports
          .filter((to) => adapters.includes(place(to)) && !to.endsWith("-events.ts"))
          .map((to) => `${path} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it("pino and prom-client are known to observability alone, kafkajs to kafka, undici to what sends requests, OpenTelemetry to otlp", () => {
    const owners: Readonly<Record<string, readonly string[]>> = {
      pino: ["observability/", "commands/run.ts"],
      "prom-client": ["observability/"],
      kafkajs: ["kafka/", "app/connections.ts", "sandbox/readiness.ts"],
      undici: ["http/", "registry/", "benchmark/"],
      "@opentelemetry/": ["otlp/"],
      fastify: ["admin/"],
      "@fastify/": ["admin/"],
      "node:sqlite": ["sqlite/"],
      preact: ["portal/"],
      commander: ["main.ts", "command-line/"],
    };
    const wrong = Object.entries(owners).flatMap(([library, places]) =>
      files
        .filter(
          ({ path, text }) =>
            text.includes(`from "${library}`) && !places.some((owner) => path.startsWith(owner)),
        )
        .map(({ path }) => `${path} imports ${library}`),
    );
    expect(wrong).toEqual([]);
  });

  it("there are no import cycles", () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const done = new Set<string>();
    const cycles: string[] = [];
    function visit(path: string, way: readonly string[]): void {
      if (way.includes(path)) cycles.push([...way.slice(way.indexOf(path)), path].join(" → "));
      if (done.has(path) || way.includes(path)) return;
      for (const to of byPath.get(path)?.imports ?? []) visit(to, [...way, path]);
      done.add(path);
    }
    for (const { path } of files) visit(path, []);
    expect(cycles).toEqual([]);
  });
});

describe("the measures", () => {
  it("no file is over 300 lines, and half of them are at most 120", () => {
    const lengths = files.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(files.filter(({ lines }) => lines > 300).map(({ path }) => path)).toEqual([]);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(120);
  });

  it("process is touched by the entry points alone", () => {
    const code = (text: string): string =>
      text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/gm, "");
    const touching = files.filter(({ text }) =>
      /\bprocess\.(?:env|argv|exit|on|stdout|stderr|stdin|kill|cwd|pid)\b/.test(code(text)),
    );
    expect(touching.map(({ path }) => path).sort()).toEqual([
      "benchmark/worker.ts",
      "main.ts",
      "sandbox/keeper.ts",
    ]);
  });

  it("no folder is a drawer for anything, and no file a barrel", () => {
    const drawers = files.filter(({ path }) =>
      /(?:^|\/)(?:utils?|common|helpers?|types|services|shared|misc|lib)(?:\/|\.ts$)/.test(path),
    );
    const barrels = files.filter(({ path }) => /(^|\/)index\.ts$/.test(path));
    expect([...drawers, ...barrels].map(({ path }) => path)).toEqual([]);
  });

  it("nothing is left for later", () => {
    const marks = files.filter(({ text }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text));
    expect(marks.map(({ path }) => path)).toEqual([]);
  });
});
