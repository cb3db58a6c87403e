import { readdirSync } from "node:fs";
import type { Dashboard, Panel, RowPanel } from "@grafana/schema";
import type { Plain } from "../../config/grafana/source/plain.ts";
import { anyValue } from "./promql.ts";
import { readRepository } from "./markdown.ts";

export interface Target {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly expr: string;
  readonly legendFormat?: string;
}

export type ShownPanel = Plain<Panel>;

export interface DashboardFile {
  readonly file: string;
  readonly dashboard: Plain<Dashboard>;
  /** Without the headings of rows. */
  readonly panels: readonly ShownPanel[];
}

const folder = "config/grafana";

const isRow = (panel: ShownPanel | Plain<RowPanel>): panel is Plain<RowPanel> =>
  panel.type === "row";

/** The dashboards as they are in the repository. */
export function dashboardFiles(): readonly DashboardFile[] {
  const files = readdirSync(new URL(`../../${folder}`, import.meta.url)).filter((name) =>
    name.endsWith(".json"),
  );
  return files.map((file) => {
    const dashboard = JSON.parse(readRepository(`${folder}/${file}`)) as Plain<Dashboard>;
    const panels = (dashboard.panels ?? []).filter((panel) => !isRow(panel));
    return { file, dashboard, panels };
  });
}

export function targetsOf({ targets = [] }: ShownPanel): readonly Target[] {
  return targets as unknown as readonly Target[];
}

/** Variables that Grafana itself knows, with what they may stand for. */
const grafanas: Readonly<Record<string, string>> = {
  __rate_interval: "5m",
  __interval: "1m",
  __range: "6h",
};

/** An expression with its variables filled in. Throws for one that neither the dashboard nor Grafana has. */
export function filledIn(expr: string, { templating }: Plain<Dashboard>): string {
  const own = new Set(templating?.list?.map(({ name }) => name));
  return expr.replaceAll(
    /\$\{(\w+)(?::\w+)?\}|\$(\w+)/g,
    (whole, braced?: string, bare?: string) => {
      const name = braced ?? bare ?? "";
      if (name === "streams" && own.has(name)) return '{app="onhook"}';
      if (own.has(name)) return anyValue;
      const value = grafanas[name];
      if (value === undefined) throw new Error(`no variable ${whole} in ${expr}`);
      return value;
    },
  );
}
