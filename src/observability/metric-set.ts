import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { metricTable } from "./metric-table.ts";
import type { MetricSpec } from "./metric-spec.ts";
import type { LabelsOf, MetricName, NamesOf, TracedNames } from "./metric-table.ts";

type Metric = Counter | Gauge | Histogram;

/** What brings a gauge up to date when it is read, for those that change by time alone. */
type Collect = { readonly [Name in NamesOf<"gauge">]?: () => void };

const noExemplar = {};

/** In no registry: one of the text format would not take metrics with exemplars from their making on. */
function build(name: string, spec: MetricSpec, collect?: () => void): Metric {
  const options = { name, help: spec.help, labelNames: [...spec.labels], registers: [] };
  switch (spec.type) {
    case "counter":
      return new Counter(options);
    case "gauge":
      return new Gauge(collect === undefined ? options : { ...options, collect });
    case "histogram":
      return new Histogram({
        ...options,
        buckets: [...(spec.buckets ?? [])],
        enableExemplars: spec.exemplars ?? false,
      });
    default:
      return spec.type satisfies never;
  }
}

/** The metrics of the table, in a registry of their own; names and labels are checked by the compiler. */
export class MetricSet {
  readonly registry = new Registry();
  readonly #metrics: ReadonlyMap<MetricName, Metric>;

  constructor(collect: Collect) {
    const collects: { readonly [Name in MetricName]?: () => void } = collect;
    const entries = Object.entries(metricTable) as [MetricName, MetricSpec][];
    this.#metrics = new Map(
      entries.map(([name, spec]) => [name, build(name, spec, collects[name])]),
    );
    for (const metric of this.#metrics.values()) this.registry.registerMetric(metric);
  }

  count<Name extends NamesOf<"counter">>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    (this.#metrics.get(name) as Counter).inc(labels, by);
  }

  set<Name extends NamesOf<"gauge">>(name: Name, labels: LabelsOf<Name>, value: number): void {
    (this.#metrics.get(name) as Gauge).set(labels, value);
  }

  forget<Name extends NamesOf<"gauge">>(name: Name, labels: LabelsOf<Name>): void {
    (this.#metrics.get(name) as Gauge).remove(labels);
  }

  observe<Name extends Exclude<NamesOf<"histogram">, TracedNames>>(
    name: Name,
    labels: LabelsOf<Name>,
    value: number,
  ): void {
    (this.#metrics.get(name) as Histogram).observe(labels, value);
  }

  /** `traceId`: of a trace in which the value can be looked at; null where there is none. */
  observeTraced(name: TracedNames, value: number, traceId: string | null): void {
    const exemplarLabels = traceId === null ? noExemplar : { trace_id: traceId };
    (this.#metrics.get(name) as Histogram).observe({ value, exemplarLabels });
  }
}
