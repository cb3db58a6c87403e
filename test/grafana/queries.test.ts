import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { objective } from "../../config/grafana/source/queries.ts";
import { createMetrics } from "../../src/observability/metrics.ts";
import { logLineOf } from "../../src/observability/log-events.ts";
import { metricTable } from "../../src/observability/metric-table.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { dashboardFiles, filledIn, targetsOf } from "../support/dashboard-files.ts";
import type { DashboardFile, Target } from "../support/dashboard-files.ts";
import { readRepository } from "../support/markdown.ts";
import { knownSeries } from "../support/known-series.ts";
import { readLogQl } from "../support/logql.ts";
import { readPromQl } from "../support/promql.ts";
import { attempted } from "../support/sample-events.ts";

const known = await knownSeries(createMetrics(systemClock).registry);
const files = dashboardFiles();
const named = files.map((each) => [each.file, each] as const);

function targetsIn({ panels }: DashboardFile, kind: string): readonly Target[] {
  return panels.flatMap((panel) =>
    targetsOf(panel).filter(({ datasource }) => datasource.type === kind),
  );
}

/** The labels that a legend names. */
const legendLabels = ({ legendFormat = "" }: Target): readonly string[] =>
  [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);

describe("reading PromQL", () => {
  const problemsOf = (expr: string): readonly string[] => readPromQl(expr, known).problems;

  it.each([
    ["sum(", "no PromQL: sum("],
    ["sum(onhook_no_such_thing)", "no metric onhook_no_such_thing"],
    [
      "sum(rate(onhook_jobs_total[5m])) by (tenant)",
      "no label tenant in sum(rate(onhook_jobs_total[5m])) by (tenant)",
    ],
    ['onhook_ready{state="x"}', "no label state in onhook_ready"],
    [
      'sum(rate(onhook_cdrs_total{result="ivalid"}[5m]))',
      "result of onhook_cdrs_total is never ivalid",
    ],
    [
      'sum(rate(onhook_cdrs_total{result=~"invalid|machted"}[5m]))',
      "result of onhook_cdrs_total is never machted",
    ],
    [
      'rate(onhook_delivery_seconds_bucket{le="7"}[5m])',
      "le of onhook_delivery_seconds_bucket is never 7",
    ],
    ["sum(onhook_jobs_total)", "onhook_jobs_total is a counter and is not asked how it grows"],
    ["rate(onhook_ready[5m])", "onhook_ready is no counter, but rate is asked of it"],
    ["sum(rate(onhook_jobs_total))", "rate wants a range"],
    [
      "histogram_quantile(0.9, sum(rate(onhook_delivery_seconds_bucket[5m])))",
      "no label le in what histogram_quantile is asked of",
    ],
    [
      "sum by (job) (onhook_ready) / sum(onhook_ready)",
      "sides have other labels: sum by (job) (onhook_ready) / sum(onhook_ready)",
    ],
    ["onhook_ready and on (tier) up", "no label tier in onhook_ready and on (tier) up"],
  ])("of %s it finds: %s", (expr, problem) => {
    expect(problemsOf(expr)).toContain(problem);
  });

  it("finds nothing wrong with what is right, and says which labels come out", () => {
    const expr =
      "histogram_quantile(0.9, sum by (le, tier) (rate(onhook_retry_overdue_seconds_bucket[5m])))";
    const { problems, labels } = readPromQl(expr, known);
    expect(problems).toEqual([]);
    expect([...(labels ?? [])]).toEqual(["tier"]);
    expect(problemsOf("time() - (max(onhook_ready) > 0) or vector(0)")).toEqual([]);
    expect(problemsOf("sum by (kind) (rate(nodejs_gc_duration_seconds_sum[5m]))")).toEqual([]);
  });
});

describe.each(named)("config/grafana/%s", (_name, file) => {
  it("asks only for metrics, labels and values that there are, in PromQL that fits together", () => {
    const problems = targetsIn(file, "prometheus").flatMap(({ expr }) =>
      readPromQl(filledIn(expr, file.dashboard), known).problems.map((found) => [expr, found]),
    );
    expect(problems).toEqual([]);
  });

  it("names in its legends only labels that the result has", () => {
    const wrong = targetsIn(file, "prometheus").flatMap((target) => {
      const { labels } = readPromQl(filledIn(target.expr, file.dashboard), known);
      return legendLabels(target).filter((label) => labels?.has(label) !== true);
    });
    expect(wrong).toEqual([]);
  });

  it("lets its variables be chosen from labels that there are", () => {
    const queries = (file.dashboard.templating?.list ?? []).flatMap(({ type, query }) =>
      type === "query" ? [String((query as Record<string, unknown>)["query"])] : [],
    );
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) {
      const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
      const { problems, labels } = readPromQl(filledIn(selector, file.dashboard), known);
      expect([query, problems, labels?.has(label)]).toEqual([query, [], true]);
    }
  });
});

describe("the alerts of config/prometheus", () => {
  it("all have names that the dashboards ask for", () => {
    const rules = parse(readRepository("config/prometheus/onhook-alerts.yaml")) as {
      readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
    };
    const names = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !name.startsWith("Onhook"))).toEqual([]);
    const asked = files.flatMap((file) =>
      targetsIn(file, "prometheus").flatMap(({ expr }) =>
        [...expr.matchAll(/alertname=~"([^"]*)"/g)].map(([, pattern]) => pattern),
      ),
    );
    expect(new Set(asked)).toEqual(new Set(["Onhook.*"]));
  });
});

describe("bounds of buckets", () => {
  it("are asked for as Prometheus writes them before version 3, and since", () => {
    const bounds = files.flatMap((file) =>
      targetsIn(file, "prometheus").flatMap(({ expr }) =>
        [...expr.matchAll(/\ble(=~?)"([^"]*)"/g)].map(([, operator, value]) => [operator, value]),
      ),
    );
    expect(bounds.length).toBeGreaterThan(0);
    const [operator, value] = ["=~", `${objective.withinSeconds}|${objective.withinSeconds}.0`];
    expect(bounds).toEqual(bounds.map(() => [operator, value]));
  });
});

describe("the queries of logs", () => {
  /** What lines of attempts have, and what Loki adds. */
  const fields = new Set([...Object.keys(logLineOf(attempted)?.fields ?? {}), "__error__"]);
  const targets = files.flatMap((file) =>
    targetsIn(file, "loki").map((target) => ({
      expr: filledIn(target.expr, file.dashboard),
      labels: legendLabels(target),
    })),
  );

  it("are LogQL", () => {
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter(({ expr }) => !readLogQl(expr).isLogQl)).toEqual([]);
    expect(readLogQl('{app="onhook"} | json |').isLogQl).toBe(false);
  });

  it("name only fields that a line of an attempt has", () => {
    const named = new Set(
      targets.flatMap(({ expr, labels }) => Array.from(readLogQl(expr).fields).concat(labels)),
    );
    expect(named).toContain("durationMs");
    expect([...named].filter((name) => !fields.has(name))).toEqual([]);
  });
});

describe("the metrics", () => {
  /** Metrics that no dashboard shows, and why. */
  const notShown: Readonly<Record<string, string>> = {};

  it("are all shown by some dashboard, unless it is said why not", () => {
    const shown = new Set(
      files.flatMap((file) =>
        targetsIn(file, "prometheus").flatMap(({ expr }) =>
          [...readPromQl(filledIn(expr, file.dashboard), known).names].map((name) =>
            name in metricTable ? name : name.replace(/_(?:bucket|sum|count)$/, ""),
          ),
        ),
      ),
    );
    const missing = Object.keys(metricTable).filter((name) => !shown.has(name));
    expect(missing).toEqual(Object.keys(notShown));
  });
});
