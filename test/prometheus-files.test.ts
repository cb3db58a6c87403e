import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createMetrics } from "../src/observability/metrics.ts";
import { systemClock } from "../src/runtime/clock.ts";
import { documents, readRepository } from "./support/markdown.ts";
import { readRules, ruleFiles, shortened } from "./support/prometheus-rules.ts";
import { promqlNames } from "./support/promql-names.ts";

const rules = ruleFiles.flatMap(readRules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const alertNames = [...new Set(alerts.map(({ alert = "" }) => alert))].sort();
const runbooks = documents().flatMap((path) => {
  const [, name] = /^docs\/runbooks\/(.+)\.md$/.exec(path) ?? [];
  return name === undefined || name === "README" ? [] : [name];
});

/** What Prometheus puts on every series of a target, or whoever sets it up. */
const targetLabels = ["namespace", "instance", "job"];

interface KnownMetric {
  readonly name: string;
  readonly labelNames: readonly string[];
  get(): Promise<{ readonly type: string }>;
}

/** By series: its labels. */
async function knownSeries(): Promise<ReadonlyMap<string, readonly string[]>> {
  const known = new Map<string, readonly string[]>([["up", []]]);
  const metrics = createMetrics(systemClock).registry.getMetricsAsArray();
  for (const metric of metrics as unknown as readonly KnownMetric[]) {
    const { name, labelNames } = metric;
    known.set(name, labelNames);
    if ((await metric.get()).type !== "histogram") continue;
    known.set(`${name}_bucket`, [...labelNames, "le"]);
    known.set(`${name}_count`, labelNames);
  }
  for (const { record, expr } of rules)
    if (record !== undefined) known.set(record, [...promqlNames(expr).labels]);
  return known;
}

describe("the names in an expression", () => {
  it("are its series and labels, and nothing else that it is made of", () => {
    const { series, labels } = promqlNames(
      'sum by (a, b) (rate(x_total{c=~"d|e", f!="g{h}"}[5m] offset 1h)) / on (i) x:y:z5m > 0.5 and (time() - up) < 3 * 86400',
    );
    expect([...series]).toEqual(["x_total", "x:y:z5m", "up"]);
    expect([...labels].sort()).toEqual(["a", "b", "c", "f", "i"]);
  });
});

describe("the rules in config/prometheus", () => {
  it.each(rules.map(({ alert, record, expr }) => ({ name: alert ?? record, expr })))(
    "$name asks only for metrics and labels that there are",
    async ({ expr }) => {
      const known = await knownSeries();
      const { series, labels } = promqlNames(expr);
      expect(series.size).toBeGreaterThan(0);
      expect([...series].filter((name) => !known.has(name))).toEqual([]);
      const itsLabels = new Set([
        ...targetLabels,
        ...[...series].flatMap((n) => known.get(n) ?? []),
      ]);
      expect([...labels].filter((label) => !itsLabels.has(label))).toEqual([]);
    },
  );

  it.each(alerts.map((rule) => ({ ...rule, window: rule.labels?.["window"] ?? "" })))(
    "$alert $window says how urgent it is, what it means and where its runbook is",
    async ({ alert = "", expr, labels = {}, annotations = {} }) => {
      expect(["page", "ticket"]).toContain(labels["severity"]);
      expect(annotations["runbook_url"]).toBe(`docs/runbooks/${alert}.md`);
      const { summary = "", description = "" } = annotations;
      expect(summary).toMatch(/^\S.+[^.]$/);
      expect(description).toMatch(/^\S.+\.$/);
      const known = await knownSeries();
      const its = [...promqlNames(expr).series].flatMap((name) => known.get(name) ?? []);
      const named = [...`${summary} ${description}`.matchAll(/\$labels\.(\w+)/g)].map(([, n]) => n);
      expect(named.filter((name = "") => ![...targetLabels, ...its].includes(name))).toEqual([]);
    },
  );

  it("record each series once, and every one of them is asked for", () => {
    const recorded = rules.flatMap(({ record }) => record ?? []);
    expect(recorded).toEqual([...new Set(recorded)]);
    const asked = new Set(alerts.flatMap(({ expr }) => [...promqlNames(expr).series]));
    expect(recorded.filter((name) => !asked.has(name))).toEqual([]);
  });
});

describe("runbooks", () => {
  it("are there for every alert, and for nothing else", () => {
    expect(runbooks.toSorted()).toEqual(alertNames);
  });

  it.each(alertNames)("of %s is in the index, with its severities", (name) => {
    const severities = new Set(
      alerts.filter(({ alert }) => alert === name).map(({ labels }) => labels?.["severity"] ?? ""),
    );
    const row = readRepository("docs/runbooks/README.md")
      .split("\n")
      .find((line) => line.startsWith(`| [${name}](${name}.md) | `));
    expect(row).toContain(`| ${[...severities].sort().join(", ")} |`);
  });

  it.each(runbooks)("of %s has the five parts", (name) => {
    const headings = readRepository(`docs/runbooks/${name}.md`).match(/^#.*$/gm);
    expect(headings).toEqual([
      `# ${name}`,
      "## Meaning",
      "## First look",
      "## Commands",
      "## Fix",
      "## What not to do",
    ]);
  });
});

describe("the tests of the rules", () => {
  interface Case {
    readonly name: string;
    readonly promql_expr_test: readonly { readonly exp_samples: readonly { labels: string }[] }[];
  }
  const folder = "config/prometheus/tests";
  const cases = readdirSync(new URL(`../${folder}`, import.meta.url)).flatMap(
    (file) => (parse(readRepository(`${folder}/${file}`)) as { tests: Case[] }).tests,
  );

  it.each(alerts.map(({ alert = "", labels }) => [alert, labels?.["severity"] ?? ""]))(
    "have a case in which %s fires as a %s",
    (alert, severity) => {
      const fires = cases
        .filter(({ name }) => name.includes(alert))
        .flatMap((each) => each.promql_expr_test.flatMap(({ exp_samples }) => exp_samples));
      expect(fires.map(({ labels }) => labels)).toContain(
        `{alertname="${alert}", severity="${severity}"}`,
      );
    },
  );

  it.each(alertNames)("have a case in which %s stays silent", (alert) => {
    const silent = cases.filter(({ name }) => name.startsWith(`${alert} stays silent`));
    expect(silent.length).toBeGreaterThan(0);
    for (const { promql_expr_test: looks } of silent)
      for (const { exp_samples: fires } of looks)
        expect(
          fires.map(({ labels }) => labels).filter((each) => each.includes(`"${alert}"`)),
        ).toEqual([]);
  });
});

describe("the examples in config/prometheus", () => {
  it("scrape by a job that OnhookProcessDown knows, and load the rules", () => {
    const { scrape_configs: jobs, rule_files: files } = parse(
      readRepository("config/prometheus/prometheus.yaml"),
    ) as { scrape_configs: { job_name: string }[]; rule_files: string[] };
    expect(jobs.every(({ job_name: name }) => name.includes("onhook"))).toBe(true);
    expect(files.map((file) => `config/prometheus/${file}`)).toEqual(ruleFiles);
  });

  it("hold back only alerts that there are", () => {
    const named = readRepository("config/prometheus/alertmanager.yaml").match(/Onhook\w+/g) ?? [];
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !alertNames.includes(name))).toEqual([]);
  });
});

describe("rules in shorter time", () => {
  it("have shorter windows, offsets and waits, and the same names, labels and thresholds", () => {
    const rule = {
      alert: "A",
      expr: 'min_over_time(a:rate5m{b="5m"}[10m:1m]) > max_over_time(a:rate5m[1d] offset 1h) + 5',
      for: "2m",
      keep_firing_for: "35m",
      labels: { window: "1h" },
    };
    const text = JSON.stringify({ groups: [{ name: "g", rules: [rule] }] });
    expect(parse(shortened(text, 60))).toEqual({
      groups: [
        {
          name: "g",
          rules: [
            {
              ...rule,
              expr: 'min_over_time(a:rate5m{b="5m"}[10000ms:1000ms]) > max_over_time(a:rate5m[1440000ms] offset 60000ms) + 5',
              for: "2000ms",
              keep_firing_for: "35000ms",
            },
          ],
        },
      ],
    });
  });
});
