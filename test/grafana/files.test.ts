import { expect, it } from "vitest";
import { dashboards, render } from "../../config/grafana/source/dashboards.ts";
import { dashboardFiles } from "../support/dashboard-files.ts";

it.each(Object.entries(dashboards))(
  "config/grafana/%s is what its source makes",
  async (file, dashboard) => {
    await expect(render(dashboard)).toMatchFileSnapshot(`../../config/grafana/${file}`);
  },
);

it("config/grafana has no other dashboards", () => {
  expect(dashboardFiles().map(({ file }) => file)).toEqual(Object.keys(dashboards).sort());
});
