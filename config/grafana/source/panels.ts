import type { DashboardLink, FieldConfig, GraphFieldConfig, Panel } from "@grafana/schema";
import type { Options as HeatmapOptions } from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type { Options as LogsOptions } from "@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen";
import type { Options as StatOptions } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type { Options as TableOptions } from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type { Options as TimeSeriesOptions } from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import { describe } from "./describe.ts";
import type { Plain } from "./plain.ts";
import type { Query } from "./queries.ts";
import { loki, prometheus } from "./variables.ts";

export type PlainPanel = Plain<Panel>;

/** A panel without its place: so many of 24 columns wide, so many units of Grafana's grid high. */
export interface Unplaced {
  readonly width: number;
  readonly height: number;
  readonly panel: PlainPanel;
}

/** From this value on this colour; null: from the least on. */
type Step = readonly [from: number | null, color: "green" | "yellow" | "orange" | "red" | "blue"];

interface Given {
  readonly title: string;
  /** What it is for, where the table of metrics does not say all of it. */
  readonly about?: string;
  /** A unit of Grafana's list. */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly width: number;
  readonly height?: number;
  readonly steps?: readonly Step[];
  /** What stands there while there is nothing to show. */
  readonly none?: string;
  readonly links?: readonly Plain<DashboardLink>[];
  /** The queries are LogQL, not PromQL. */
  readonly fromLoki?: boolean;
}

const thresholds = (steps: readonly Step[]): NonNullable<Plain<FieldConfig>["thresholds"]> => ({
  mode: "absolute",
  steps: steps.map(([value, color]) => ({ color, value })),
});

function targets(
  { queries, fromLoki = false }: Given,
  format?: string,
): NonNullable<PlainPanel["targets"]> {
  return queries.map(({ expr, legend, instant = false, exemplars }, index) => ({
    refId: String.fromCodePoint(65 + index),
    datasource: fromLoki ? loki : prometheus,
    expr,
    ...(fromLoki
      ? { queryType: instant ? "instant" : "range" }
      : { editorMode: "code", instant, range: !instant }),
    ...(legend !== undefined && { legendFormat: legend }),
    ...(exemplars !== undefined && { exemplar: exemplars }),
    ...(format !== undefined && !fromLoki && { format }),
  }));
}

/** What all kinds of panels have in common. */
function panel(
  given: Given,
  kind: Pick<PlainPanel, "type" | "options" | "targets" | "transformations">,
  custom?: Record<string, unknown>,
  overrides: NonNullable<PlainPanel["fieldConfig"]>["overrides"] = [],
): Unplaced {
  const { title, about = "", queries, unit, steps, none, links, fromLoki = false } = given;
  const { width, height = 8 } = given;
  return {
    width,
    height,
    panel: {
      ...kind,
      title,
      description: describe(about, queries),
      datasource: fromLoki ? loki : prometheus,
      fieldConfig: {
        defaults: {
          unit,
          color: { mode: kind.type === "stat" ? "thresholds" : "palette-classic" },
          thresholds: thresholds(steps ?? [[null, "green"]]),
          ...(none !== undefined && {
            noValue: none,
            mappings: [{ type: "special", options: { match: "nan", result: { text: none } } }],
          }),
          ...(custom !== undefined && { custom }),
        },
        overrides,
      },
      ...(links !== undefined && { links: [...links] }),
    },
  };
}

/** One number, with its course behind it. */
export function stat(given: Given): Unplaced {
  const options: Plain<StatOptions> = {
    colorMode: "background",
    graphMode: given.queries.every(({ instant }) => instant) ? "none" : "area",
    justifyMode: "auto",
    orientation: "auto",
    percentChangeColorMode: "standard",
    reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
    showPercentChange: false,
    textMode: "auto",
    wideLayout: true,
  };
  const kind = { type: "stat", options: { ...options }, targets: targets(given) };
  return panel({ height: 4, ...given }, kind);
}

interface GraphGiven extends Given {
  readonly stacked?: boolean;
  readonly bars?: boolean;
  /** Where the axis should end at least. */
  readonly atLeast?: number;
  /** A line at each step's value. */
  readonly line?: boolean;
  readonly log?: boolean;
}

/** Lines over time. */
export function graph(given: GraphGiven): Unplaced {
  const { stacked = false, bars = false, line = false, atLeast, log = false } = given;
  const options: Plain<TimeSeriesOptions> = {
    legend: {
      calcs: ["lastNotNull", "max"],
      displayMode: "table",
      placement: "bottom",
      showLegend: true,
    },
    tooltip: { mode: "multi", sort: "desc" },
  };
  const custom: Plain<GraphFieldConfig> = {
    drawStyle: bars ? "bars" : "line",
    lineInterpolation: "linear",
    lineWidth: 1,
    fillOpacity: stacked || bars ? 60 : 10,
    gradientMode: "none",
    showPoints: "never",
    spanNulls: false,
    stacking: { mode: stacked ? "normal" : "none", group: "A" },
    thresholdsStyle: { mode: line ? "dashed" : "off" },
    scaleDistribution: log ? { type: "log", log: 10 } : { type: "linear" },
    axisSoftMin: 0,
    ...(atLeast !== undefined && { axisSoftMax: atLeast }),
  };
  const kind = { type: "timeseries", options: { ...options }, targets: targets(given) };
  return panel(given, kind, { ...custom });
}

/** How the values of a histogram are spread, over time. Its query gives the buckets' rates by `le`. */
export function heatmap(given: Given): Unplaced {
  const options: Plain<HeatmapOptions> = {
    calculate: false,
    cellGap: 1,
    cellValues: { unit: "short" },
    color: {
      mode: "scheme",
      scheme: "Oranges",
      scale: "exponential",
      exponent: 0.5,
      fill: "dark-orange",
      reverse: false,
      steps: 64,
    },
    exemplars: { color: "rgba(255,0,255,0.7)" },
    filterValues: { le: 1e-9 },
    legend: { show: true },
    rowsFrame: { layout: "auto" },
    showValue: "never",
    tooltip: { mode: "single", yHistogram: true, showColorScale: true },
    yAxis: { axisPlacement: "left", unit: given.unit },
  };
  const kind = { type: "heatmap", options: { ...options }, targets: targets(given, "heatmap") };
  return panel(given, kind, { scaleDistribution: { type: "linear" } });
}

interface TableGiven extends Given {
  /** Columns that are not shown. */
  readonly without?: readonly string[];
  /** Links that the cells of a column have. */
  readonly cellLinks?: Readonly<Record<string, string>>;
  /** Units of columns that have another one than the rest. */
  readonly units?: Readonly<Record<string, string>>;
}

/** A row for each series. Several queries share their rows by the labels that they have in common. */
export function table(given: TableGiven): Unplaced {
  const { without = [], cellLinks = {}, units = {}, queries } = given;
  const options: Plain<TableOptions> = { cellHeight: "sm", frameIndex: 0, showHeader: true };
  // A query that is alone may have its column without the letter.
  const columns = queries.flatMap(({ column = "value" }, index) => {
    const lettered = [`Value #${String.fromCodePoint(65 + index)}`, column];
    return queries.length === 1 ? [["Value", column], lettered] : [lettered];
  });
  const hidden = ["Time", "__name__", ...without].map((name) => [name, true]);
  const kind = {
    type: "table",
    options: { ...options },
    targets: targets(given, "table"),
    transformations: [
      ...(given.fromLoki === true ? [{ id: "labelsToFields", options: {} }] : []),
      { id: "merge", options: {} },
      {
        id: "organize",
        options: {
          excludeByName: Object.fromEntries(hidden) as object,
          renameByName: Object.fromEntries(columns) as object,
          indexByName: {},
        },
      },
    ],
  };
  const overrides = [
    ...Object.entries(units).map(([name, unit]) => ({
      matcher: { id: "byName", options: name },
      properties: [{ id: "unit", value: unit }],
    })),
    ...Object.entries(cellLinks).map(([name, url]) => ({
      matcher: { id: "byName", options: name },
      properties: [{ id: "links", value: [{ title: "Look at this one", url }] }],
    })),
  ];
  return panel(given, kind, { filterable: true, align: "auto" }, overrides);
}

/** Lines of the log, the newest first. */
export function logs(given: Omit<Given, "unit" | "fromLoki">): Unplaced {
  const options: Plain<LogsOptions> = {
    dedupStrategy: "none",
    enableLogDetails: true,
    prettifyLogMessage: false,
    showCommonLabels: false,
    showLabels: false,
    showLogContextToggle: true,
    showTime: true,
    sortOrder: "Descending",
    wrapLogMessage: true,
  };
  const whole: Given = { ...given, unit: "short", fromLoki: true };
  return panel(whole, { type: "logs", options: { ...options }, targets: targets(whole) });
}
