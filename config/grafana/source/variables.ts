import type { DataSourceRef, VariableModel } from "@grafana/schema";
import type { Plain } from "./plain.ts";

type Variable = Plain<VariableModel>;

/** Data sources are chosen at the top of a dashboard: none of one particular Grafana is named. */
export const prometheus: DataSourceRef = { type: "prometheus", uid: "${datasource}" };
export const loki: DataSourceRef = { type: "loki", uid: "${loki}" };

function source(name: string, label: string, type: string): Variable {
  return {
    name,
    label,
    type: "datasource",
    query: type,
    options: [],
    regex: "",
    refresh: 1,
  };
}

export const prometheusSource = source("datasource", "Prometheus", "prometheus");
export const lokiSource = source("loki", "Loki", "loki");

/** Values of a label of the processes, of those that what is chosen before it leaves. */
function label(name: string, within: string): Variable {
  return {
    name,
    label: name,
    type: "query",
    datasource: prometheus,
    query: {
      qryType: 1,
      query: `label_values(onhook_build_info${within}, ${name})`,
      refId: "PrometheusVariableQueryEditor-VariableQuery",
    },
    // Outside of Kubernetes targets have no namespace: what is written for all must fit none, too.
    includeAll: true,
    allValue: ".*",
    multi: true,
    current: { text: "All", value: "$__all" },
    options: [],
    refresh: 2,
    sort: 1,
    regex: "",
  };
}

/** Which processes: as Prometheus labels its targets. */
export const processes: readonly Variable[] = [
  label("namespace", ""),
  label("job", '{namespace=~"$namespace"}'),
  label("instance", '{namespace=~"$namespace", job=~"$job"}'),
];

/** Some text that is typed in. */
export function text(name: string, title: string, standard: string, description: string): Variable {
  return {
    name,
    label: title,
    description,
    type: "textbox",
    query: standard,
    current: { text: standard, value: standard },
    options: [{ selected: true, text: standard, value: standard }],
  };
}
