import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { stringify } from "yaml";
import { choosePorts } from "../../src/sandbox/free-ports.ts";
import { readRepository } from "./markdown.ts";
import { prometheusPrograms } from "./prometheus-programs.ts";
import { ruleFiles, shortened } from "./prometheus-rules.ts";

/** An alert as Prometheus tells it. */
interface Alert {
  readonly labels: Readonly<Record<string, string>>;
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

const namesOf = (labels: readonly Readonly<Record<string, string>>[]): readonly string[] =>
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

/** Starts Prometheus and resolves when it answers. */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusProcess> {
  const { prometheus } = await prometheusPrograms();
  const folder = await mkdtemp(join(tmpdir(), "prometheus-"));
  const [port = 0] = await choosePorts([undefined]);
  const child = spawn(
    prometheus,
    [
      `--config.file=${await writeConfig(folder, options)}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const log = text(child.stderr);
  const exited = once(child, "exit");
  const base = `http://127.0.0.1:${port}`;

  async function ask<T>(path: string): Promise<T> {
    const response = await fetch(`${base}/api/v1/${path}`);
    const answer = (await response.json()) as { readonly data: T; readonly error?: string };
    if (!response.ok) throw new Error(`Prometheus answers ${response.status}: ${answer.error}`);
    return answer.data;
  }

  async function query(expr: string): Promise<readonly Readonly<Record<string, string>>[]> {
    type Found = { readonly result: readonly { readonly metric: Record<string, string> }[] };
    const { result } = await ask<Found>(`query?${new URLSearchParams({ query: expr }).toString()}`);
    return result.map(({ metric }) => metric);
  }

  async function firing(): Promise<readonly string[]> {
    const { alerts } = await ask<{ readonly alerts: readonly Alert[] }>("alerts");
    return namesOf(alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels));
  }

  async function lastEvaluations(): Promise<readonly number[]> {
    type Groups = { readonly groups: readonly { readonly lastEvaluation: string }[] };
    const { groups } = await ask<Groups>("rules");
    return groups.map(({ lastEvaluation }) => Date.parse(lastEvaluation));
  }

  async function ready(): Promise<void> {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`Prometheus has ended: ${await log}`);
      const isReady = await fetch(`${base}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return;
      await pause(50);
    }
  }

  async function end(): Promise<void> {
    child.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await ready();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    firing,
    async firedSince(at) {
      const seconds = Math.ceil((Date.now() - at) / 1000);
      return namesOf(await query(`max_over_time(ALERTS{alertstate="firing"}[${seconds}s])`));
    },
    async untilFiring(...names) {
      while (!new Set(names).isSubsetOf(new Set(await firing()))) await pause(100);
    },
    async untilQuiet() {
      while ((await firing()).length > 0) await pause(100);
    },
    async evaluated(times) {
      for (let time = 0; time < times; time += 1) {
        const before = await lastEvaluations();
        while ((await lastEvaluations()).some((at, index) => at === before[index])) await pause(50);
      }
    },
    [Symbol.asyncDispose]: end,
  };
}
