import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { stringify } from "yaml";
import { choosePorts } from "../../src/sandbox/free-ports.ts";
import { killedWithParent } from "../../src/sandbox/programs.ts";
import { readRepository } from "./markdown.ts";
import { prometheusPrograms } from "./prometheus-programs.ts";
import { ruleFiles, shortened } from "./prometheus-rules.ts";

type Labels = Readonly<Record<string, string>>;

/** An alert as Prometheus tells it. */
interface Alert {
  readonly labels: Labels;
  readonly state: "pending" | "firing";
}

/** A Prometheus that scrapes what it was told and goes by the rules of config/prometheus. Disposing it ends it. */
export interface PrometheusProcess extends AsyncDisposable {
  /** `severity name` of each alert that fires now, sorted. */
  firing(): Promise<readonly string[]>;
  /** The same of all that have fired at any time since, ms since the epoch: as Prometheus has recorded it, not as somebody has looked. */
  firedSince(at: number): Promise<readonly string[]>;
  /** Resolves once all of these fire; others may as well. */
  untilFiring(...names: readonly string[]): Promise<void>;
  /** Resolves once none fires. */
  untilQuiet(): Promise<void>;
  /** Resolves once Prometheus has evaluated all its rules so many times more. */
  evaluated(times: number): Promise<void>;
}

export interface PrometheusOptions {
  /** host:port of what to scrape. */
  readonly targets: readonly string[];
  /** Windows and waits of the rules are divided by it. */
  readonly shortenedBy: number;
}

/** How often is scraped, and so how long an answer may take: a machine with much to do must not look like an outage. */
const scrapeInterval = "2s";
const evaluationInterval = "1s";

/** So that a test which waits in vain can tell what it saw. */
const patienceMs = 100_000;

const namesOf = (labels: readonly Labels[]): readonly string[] =>
  [...new Set(labels.map((each) => `${each["severity"]} ${each["alertname"]}`))].sort();

async function writeConfig(folder: string, options: PrometheusOptions): Promise<string> {
  for (const file of ruleFiles)
    await writeFile(
      join(folder, basename(file)),
      shortened(readRepository(file), options.shortenedBy),
    );
  const config = {
    global: { scrape_interval: scrapeInterval, evaluation_interval: evaluationInterval },
    rule_files: ruleFiles.map((file) => basename(file)),
    scrape_configs: [{ job_name: "onhook", static_configs: [{ targets: options.targets }] }],
  };
  const path = join(folder, "prometheus.yaml");
  await writeFile(path, stringify(config));
  return path;
}

/** What is asked of a Prometheus by its HTTP API. */
function createApi(base: string) {
  async function ask<T>(path: string): Promise<T> {
    const response = await fetch(`${base}/api/v1/${path}`);
    const answer = (await response.json()) as { readonly data: T; readonly error?: string };
    if (!response.ok) throw new Error(`Prometheus answers ${response.status}: ${answer.error}`);
    return answer.data;
  }

  async function firing(): Promise<readonly string[]> {
    const { alerts } = await ask<{ readonly alerts: readonly Alert[] }>("alerts");
    return namesOf(alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels));
  }

  return {
    firing,
    async isReady(): Promise<boolean> {
      return await fetch(`${base}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    },
    async seriesOf(expr: string): Promise<readonly Labels[]> {
      type Found = { readonly result: readonly { readonly metric: Labels }[] };
      const query = new URLSearchParams({ query: expr }).toString();
      return (await ask<Found>(`query?${query}`)).result.map(({ metric }) => metric);
    },
    async lastEvaluations(): Promise<readonly string[]> {
      type Groups = { readonly groups: readonly { readonly lastEvaluation: string }[] };
      return (await ask<Groups>("rules")).groups.map(({ lastEvaluation }) => lastEvaluation);
    },
    async until(holds: (firing: readonly string[]) => boolean): Promise<void> {
      const begin = performance.now();
      for (let now = await firing(); !holds(now); now = await firing()) {
        if (performance.now() - begin > patienceMs)
          throw new Error(`After ${patienceMs / 1000} s these fire: ${now.join(", ") || "none"}`);
        await pause(100);
      }
    },
  };
}

async function startProcess(folder: string, port: number, configFile: string) {
  const { prometheus } = await prometheusPrograms();
  const [program, ...args] = [
    ...(await killedWithParent(process.env)),
    prometheus,
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  const log = text(child.stderr);
  const exited = once(child, "exit");
  return {
    log,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async end() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Starts Prometheus and resolves when it answers. */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusProcess> {
  await using cleanUp = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "prometheus-"));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const [port = 0] = await choosePorts([undefined]);
  const running = await startProcess(folder, port, await writeConfig(folder, options));
  cleanUp.defer(() => running.end());
  const api = createApi(`http://127.0.0.1:${port}`);
  while (!(await api.isReady())) {
    if (running.hasEnded()) throw new Error(`Prometheus has ended: ${await running.log}`);
    await pause(50);
  }
  const owned = cleanUp.move();
  return {
    firing: () => api.firing(),
    async firedSince(at) {
      const fired = `max_over_time(ALERTS{alertstate="firing"}[${Date.now() - at}ms])`;
      return namesOf(await api.seriesOf(fired));
    },
    untilFiring: (...names) => api.until((firing) => new Set(names).isSubsetOf(new Set(firing))),
    untilQuiet: () => api.until((firing) => firing.length === 0),
    async evaluated(times) {
      for (let time = 0; time < times; time += 1) {
        const before = await api.lastEvaluations();
        const isSame = (at: string, index: number): boolean => at === before[index];
        while ((await api.lastEvaluations()).some(isSame)) await pause(50);
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
