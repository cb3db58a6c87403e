import { collectDefaultMetrics, Registry } from "prom-client";
import type { MetricSpec } from "../../src/observability/metric-spec.ts";
import { metricTable } from "../../src/observability/metric-table.ts";

/** What a series is: counters only say something by how they grow. */
export interface KnownSeries {
  readonly type: "counter" | "gauge";
  /** With those that Prometheus gives its targets. */
  readonly labels: ReadonlySet<string>;
  /** The values of a label, where all of them are known. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
}

const targetLabels = ["namespace", "job", "instance"];

function series(
  type: "counter" | "gauge",
  labels: readonly string[],
  values: readonly (readonly [string, readonly string[]])[] = [],
): KnownSeries {
  return {
    type,
    labels: new Set([...labels, ...targetLabels]),
    values: new Map(values.map(([label, all]) => [label, new Set(all)])),
  };
}

/** The series of a metric as a scrape has them: of a histogram three kinds. */
function seriesOf(
  name: string,
  { type, labels, buckets = [] }: Pick<MetricSpec, "type" | "labels" | "buckets">,
): readonly (readonly [string, KnownSeries])[] {
  if (type !== "histogram") return [[name, series(type, labels)]];
  // As prom-client writes them, and as Prometheus does from version 3 on.
  const bounds = buckets.flatMap((bound) =>
    Number.isInteger(bound) ? [`${bound}`, `${bound}.0`] : [`${bound}`],
  );
  return [
    [`${name}_bucket`, series("counter", [...labels, "le"], [["le", [...bounds, "+Inf"]]])],
    [`${name}_sum`, series("counter", labels)],
    [`${name}_count`, series("counter", labels)],
  ];
}

/** Those that prom-client exposes of Node itself. */
async function nodesOwn(): Promise<readonly (readonly [string, KnownSeries])[]> {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const metrics = await register.getMetricsAsJSON();
  return metrics.flatMap(({ name, type }) => {
    const { labelNames } = register.getSingleMetric(name) as unknown as {
      readonly labelNames: readonly string[];
    };
    return seriesOf(name, { type: String(type) as MetricSpec["type"], labels: labelNames });
  });
}

/** Those of Prometheus itself. */
const prometheusOwn: readonly (readonly [string, KnownSeries])[] = [
  ["up", series("gauge", [])],
  [
    "ALERTS",
    series(
      "gauge",
      ["alertname", "alertstate", "severity"],
      [["alertstate", ["pending", "firing"]]],
    ),
  ],
];

/** The values of labels that a process shows from its start, with 0. */
async function valuesFromTheStart(registry: Registry): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for (const { name, values } of await registry.getMetricsAsJSON()) {
    for (const { labels } of values) {
      for (const [label, value] of Object.entries(labels)) {
        const key = `${name} ${label}`;
        found.set(key, (found.get(key) ?? new Set()).add(String(value)));
      }
    }
  }
  return found;
}

/** All series that a query may ask for, by name; `registry` is that of a process that has just begun. */
export async function knownSeries(registry: Registry): Promise<ReadonlyMap<string, KnownSeries>> {
  const first = await valuesFromTheStart(registry);
  const own = Object.entries<MetricSpec>(metricTable).flatMap(([name, spec]) =>
    seriesOf(name, spec).map(([one, known]) => {
      const told = spec.labels.flatMap((label) => {
        const values = first.get(`${name} ${label}`);
        return values === undefined ? [] : [[label, values] as const];
      });
      return [one, { ...known, values: new Map([...known.values, ...told]) }] as const;
    }),
  );
  return new Map([...own, ...(await nodesOwn()), ...prometheusOwn]);
}
