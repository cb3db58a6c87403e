import type { MetricSpec } from "../../../src/observability/metric-spec.ts";
import { metricTable } from "../../../src/observability/metric-table.ts";
import type { Query } from "./queries.ts";

const table: Readonly<Record<string, MetricSpec>> = metricTable;

/** The metrics of the table that an expression names, in the order in which it does. */
function metricsOf(expr: string): readonly string[] {
  const names = [...expr.matchAll(/\bonhook_\w+/g)].map(([name]) => name);
  return names
    .map((name) => (name in table ? name : name.replace(/_(?:bucket|sum|count)$/, "")))
    .filter((name) => name in table);
}

/**
 * The description of a panel: what it is for, and of each metric what the table of metrics says, so that the same words
 * stand in docs/metrics.md and at the panel.
 */
export function describe(about: string, queries: readonly Query[]): string {
  const names = new Set(queries.flatMap(({ expr }) => metricsOf(expr)));
  const told = [...names].map((name) => {
    const { help, action } = table[name] as MetricSpec;
    return `\`${name}\`: ${help}\n\n*What to do:* ${action}`;
  });
  return [about, ...told].filter((part) => part !== "").join("\n\n");
}
