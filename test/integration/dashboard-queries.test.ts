import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { dashboardFiles, filledIn, targetsOf } from "../support/dashboard-files.ts";
import { promtool } from "../support/prometheus-programs.ts";

/** What Prometheus itself says of the dashboards' queries: each as the expression of a recording rule. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dashboard-queries-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function checked(name: string, exprs: readonly string[]) {
  const rules = exprs.map((expr, index) => ({ record: `dashboard:query:number${index}`, expr }));
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, stringify({ groups: [{ name, rules }] }));
  return await promtool(["check", "rules", path]);
}

describe.each(dashboardFiles().map((each) => [each.file, each] as const))(
  "config/grafana/%s",
  (name, { dashboard, panels }) => {
    it("has queries that Prometheus takes", async () => {
      const exprs = panels.flatMap((panel) =>
        targetsOf(panel).flatMap(({ datasource, expr }) =>
          datasource.type === "prometheus" ? [filledIn(expr, dashboard)] : [],
        ),
      );
      expect(exprs.length).toBeGreaterThan(0);
      const { status, text } = await checked(name, exprs);
      expect([status, text]).toEqual([0, expect.stringContaining(`${exprs.length} rules found`)]);
    });
  },
);

it("a query that asks for something that can't be is not taken", async () => {
  const { status, text } = await checked("wrong", ["rate(sum(onhook_ready))"]);
  expect([status, text]).toEqual([1, expect.stringContaining("expected type range vector")]);
});
