import type { Dashboard, RowPanel, VariableModel } from "@grafana/schema";
import type { PlainPanel, Unplaced } from "./panels.ts";
import type { Plain } from "./plain.ts";

/** A heading and the panels below it, from left to right, and on below where a line is full. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Unplaced[];
}

export interface DashboardGiven {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Plain<VariableModel>[];
  readonly from?: string;
  readonly rows: readonly Row[];
}

const columns = 24;

/** All dashboards have it, and each links to whatever has it. */
const tag = "onhook";

/** Panels with their places, and where the next ones can begin. */
function place(panels: readonly Unplaced[], top: number, firstId: number) {
  let [x, y, lineHeight] = [0, top, 0];
  const placed = panels.map(({ width, height, panel }, index): PlainPanel => {
    if (x + width > columns) [x, y, lineHeight] = [0, y + lineHeight, 0];
    const gridPos = { x, y, w: width, h: height };
    x += width;
    lineHeight = Math.max(lineHeight, height);
    return { id: firstId + index, ...panel, gridPos };
  });
  return { placed, bottom: y + lineHeight };
}

function layOut(rows: readonly Row[]): (PlainPanel | Plain<RowPanel>)[] {
  const all: (PlainPanel | Plain<RowPanel>)[] = [];
  let [y, id] = [0, 1];
  for (const { title, panels } of rows) {
    const { placed, bottom } = place(panels, y + 1, id + 1);
    const gridPos = { x: 0, y, w: columns, h: 1 };
    all.push({ type: "row", id, title, collapsed: false, gridPos, panels: [] }, ...placed);
    y = bottom;
    id += placed.length + 1;
  }
  return all;
}

export function dashboard(given: DashboardGiven): Plain<Dashboard> {
  const { uid, title, description, variables, from = "now-6h", rows } = given;
  return {
    uid,
    title,
    description,
    tags: [tag],
    schemaVersion: 41,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: "1m",
    time: { from, to: "now" },
    timezone: "browser",
    annotations: { list: [] },
    links: [
      {
        title: "Onhook",
        type: "dashboards",
        tags: [tag],
        asDropdown: false,
        icon: "dashboard",
        includeVars: true,
        keepTime: true,
        targetBlank: false,
        tooltip: "",
        url: "",
      },
    ],
    templating: { list: [...variables] },
    panels: layOut(rows),
  };
}
