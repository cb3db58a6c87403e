import { Registry } from "prom-client";
import type { Metric, OpenMetricsContentType } from "prom-client";

/** The metrics as one of the two formats has them. */
export interface Exposed {
  readonly contentType: string;
  readonly body: string;
}

/** The weight of the first media range of that name; 0 where there is none. Source: RFC 9110, 12.4.2 and 12.5.1. */
function weightOf(accept: string, mediaType: string): number {
  const weights = accept
    .toLowerCase()
    .split(",")
    .map((range) => range.split(";").map((part) => part.trim()))
    .filter(([name]) => name === mediaType)
    .map((parts) => Number(parts.find((part) => part.startsWith("q="))?.slice(2) ?? 1))
    .filter((weight) => !Number.isNaN(weight));
  return Math.max(0, ...weights);
}

/** Whether who asks would rather have OpenMetrics. A range of all types asks for nothing in particular. */
export function prefersOpenMetrics(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const weight = weightOf(accept, "application/openmetrics-text");
  return weight > 0 && weight >= weightOf(accept, "text/plain");
}

/**
 * The same metrics in a registry that writes OpenMetrics. Each stands behind another object, since that registry takes the
 * `_total` of a counter off the metric itself, whose name in the text format would be another one from then on.
 */
function asOpenMetrics(registry: Registry): Registry<OpenMetricsContentType> {
  const open = new Registry<OpenMetricsContentType>();
  open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const metric of registry.getMetricsAsArray())
    open.registerMetric(Object.create(metric) as Metric);
  return open;
}

/** Writes the metrics: as Prometheus text, or as OpenMetrics, with exemplars, where the header `accept` prefers that. */
export async function expose(registry: Registry, accept: string | undefined): Promise<Exposed> {
  const chosen = prefersOpenMetrics(accept) ? asOpenMetrics(registry) : registry;
  return { contentType: chosen.contentType, body: await chosen.metrics() };
}
