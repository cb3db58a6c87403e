import { describe, expect, it } from "vitest";
import { z } from "zod";
import { dashboardFiles, targetsOf } from "../support/dashboard-files.ts";

const files = dashboardFiles();
const named = files.map((each) => [each.file, each] as const);

/** Units of Grafana's that these dashboards use: one that it does not know is shown as a word behind the number. */
const units = ["s", "ms", "bytes", "short", "percentunit", "cps", "reqps", "suffix:×"];

const place = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
});

const source = z.union([
  z.strictObject({ type: z.literal("prometheus"), uid: z.literal("${datasource}") }),
  z.strictObject({ type: z.literal("loki"), uid: z.literal("${loki}") }),
]);

const panel = z.looseObject({
  id: z.int().min(1),
  type: z.enum(["timeseries", "stat", "table", "heatmap", "logs"]),
  title: z.string().min(3),
  description: z.string().min(20),
  datasource: source,
  gridPos: place,
  options: z.looseObject({}),
  fieldConfig: z.strictObject({
    defaults: z.looseObject({
      unit: z.enum(units as [string, ...string[]]),
      thresholds: z.strictObject({
        mode: z.literal("absolute"),
        steps: z.array(z.strictObject({ color: z.string(), value: z.number().nullable() })).min(1),
      }),
    }),
    overrides: z.array(z.looseObject({})),
  }),
  targets: z
    .array(z.looseObject({ refId: z.string(), datasource: source, expr: z.string().min(1) }))
    .min(1),
});

const row = z.strictObject({
  type: z.literal("row"),
  id: z.int().min(1),
  title: z.string().min(3),
  collapsed: z.literal(false),
  gridPos: place,
  panels: z.tuple([]),
});

const dashboard = z.looseObject({
  // No id: that is a number of one Grafana.
  id: z.undefined().optional(),
  uid: z.string().regex(/^[\w-]{1,40}$/),
  title: z.string().startsWith("Onhook · "),
  description: z.string().min(20),
  tags: z.tuple([z.literal("onhook")]),
  schemaVersion: z.int().min(39),
  panels: z.array(z.union([row, panel])).min(1),
});

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe.each(named)("config/grafana/%s", (_file, { dashboard: whole, panels }) => {
  it("has the structure of a dashboard, with a title, a description and a unit at every panel", () => {
    expect(z.prettifyError(dashboard.safeParse(whole).error ?? new z.ZodError([]))).toBe("");
  });

  it("has panels that lie side by side, none over another and with no gap beside it", () => {
    const boxes = (whole.panels ?? []).map(({ gridPos }) => gridPos as Box);
    const pairs = boxes.flatMap((one, index) =>
      boxes.slice(index + 1).map((other) => [one, other] as const),
    );
    expect(pairs.filter(([one, other]) => overlap(one, other))).toEqual([]);
    const lines = Map.groupBy(boxes, ({ y }) => y);
    for (const [y, line] of lines) {
      const width = line.reduce((sum, { w }) => sum + w, 0);
      expect([y, width, new Set(line.map(({ h }) => h)).size]).toEqual([y, 24, 1]);
    }
  });

  it("has ids, titles in a row, and letters of queries that are there once", () => {
    const ids = [...(whole.panels ?? []), ...panels].map(({ id }) => id);
    expect(new Set(ids).size).toBe(new Set([...(whole.panels ?? []), ...panels]).size);
    const titles = panels.map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
    for (const each of panels) {
      const letters = targetsOf(each).map(({ refId }) => refId);
      expect(new Set(letters).size).toBe(letters.length);
    }
  });

  it("asks each query of the kind of source that its panel has", () => {
    for (const each of panels) {
      for (const target of targetsOf(each)) expect(target.datasource).toEqual(each.datasource);
    }
  });

  it("has thresholds that rise from the least value on", () => {
    for (const { title, fieldConfig } of panels) {
      const [first, ...others] = (fieldConfig?.defaults.thresholds?.steps ?? []).map(
        ({ value }) => value,
      );
      expect([title, first]).toEqual([title, null]);
      expect([title, others]).toEqual([title, others.toSorted((a, b) => Number(a) - Number(b))]);
    }
  });
});

describe("the dashboards together", () => {
  it("have addresses of their own, by which they are linked", () => {
    const uids = files.map(({ dashboard: { uid } }) => uid);
    expect(new Set(uids).size).toBe(files.length);
    const linked = files.flatMap(({ dashboard: whole }) =>
      [...JSON.stringify(whole).matchAll(/\/d\/([\w-]+)/g)].map(([, uid]) => uid),
    );
    expect(linked.length).toBeGreaterThan(0);
    expect(linked.filter((uid) => !uids.includes(uid))).toEqual([]);
  });

  it("hand the choice of processes and the time on to each other", () => {
    for (const { dashboard: whole } of files) {
      expect(whole.links).toMatchObject([
        { type: "dashboards", tags: ["onhook"], includeVars: true, keepTime: true },
      ]);
      expect(whole.templating?.list?.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["datasource", "namespace", "job", "instance"]),
      );
    }
  });
});
