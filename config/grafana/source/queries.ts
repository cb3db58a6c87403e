import type { MetricName } from "../../../src/observability/metric-table.ts";

/** A series of a metric of the table: itself, or a part of a histogram. */
type Series = MetricName | `${MetricName}_${"bucket" | "sum" | "count"}`;

/** The processes that are chosen at the top of a dashboard. */
export const chosen = 'namespace=~"$namespace", job=~"$job", instance=~"$instance"';

/** For what any process says of all of them: the choice of an instance would only hide it. */
const installation = 'namespace=~"$namespace", job=~"$job"';

export interface Query {
  readonly expr: string;
  /** What the legend says of a series. */
  readonly legend?: string;
  /** Only the value at the end of the time range. */
  readonly instant?: boolean;
  /** The name of its value's column in a table. */
  readonly column?: string;
  /** Whether traces are shown beside the line, where exemplars are stored. */
  readonly exemplars?: boolean;
}

/** Between braces; a comma divides what is given from the choice. */
const matchers = (given: string, choice: string): string =>
  given === "" ? choice : `${given}, ${choice}`;

/** The series of the chosen processes. */
export function of(name: Series, given = ""): string {
  return `${name}{${matchers(given, chosen)}}`;
}

/** The series of the chosen installation, whichever process exposes them. */
export function ofAll(name: Series, given = ""): string {
  return `${name}{${matchers(given, installation)}}`;
}

/** A metric of Node's own, of the chosen processes. */
export function node(name: `${"nodejs" | "process"}_${string}`, given = ""): string {
  return `${name}{${matchers(given, chosen)}}`;
}

/** By the second. */
export function rate(name: Series, given = ""): string {
  return `rate(${of(name, given)}[$__rate_interval])`;
}

/** How many, in what one point of a graph stands for. */
export function increase(name: Series, given = ""): string {
  return `increase(${of(name, given)}[$__rate_interval])`;
}

type Histogram = Extract<MetricName, `${string}_seconds`>;

/** A line for each of these quantiles of a histogram; `options` for all of them. */
export function quantiles(
  name: Histogram,
  of: readonly number[] = [0.5, 0.99],
  options: Pick<Query, "exemplars"> = {},
): readonly Query[] {
  return of.map((quantile) =>
    Object.assign(
      {
        expr: `histogram_quantile(${quantile}, sum by (le) (${rate(`${name}_bucket`)}))`,
        legend: `p${quantile * 100}`,
      },
      options,
    ),
  );
}

/** The objective: of 1,000 calls' first requests 999 begin within 5 seconds of the call's append. */
export const objective = { withinSeconds: 5, share: 0.999 } as const;

/** Of the first requests in a time, the part that began within the objective's time. */
export function inTime(range: string): string {
  const name = "onhook_first_request_seconds";
  // From version 3 on Prometheus writes bounds as fractions, 5.0, however they come.
  const bound = objective.withinSeconds;
  const good = of(`${name}_bucket`, `le=~"${bound}|${bound}.0"`);
  return `sum(increase(${good}[${range}])) / sum(increase(${of(`${name}_count`)}[${range}]))`;
}

/** How many times faster than allowed the error budget is used up. */
export function burnRate(range: string): string {
  return `(1 - (${inTime(range)})) / (1 - ${objective.share})`;
}
