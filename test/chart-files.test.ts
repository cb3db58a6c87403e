import { expect, test } from "vitest";
import { parse } from "yaml";
import { renderFacts } from "./support/chart/facts.ts";
import { renderReadme, renderSchema, renderValues } from "./support/chart/render.ts";
import { readRepository } from "./support/markdown.ts";

/** What stands above the values in the chart's README is written by hand. */
const intro = (): string => readRepository("helm/onhook/README.md").split("\n## Values\n")[0] ?? "";

test.each([
  ["values.yaml", renderValues],
  ["values.schema.json", renderSchema],
  ["files/facts.yaml", renderFacts],
  ["README.md", () => renderReadme(intro())],
])("helm/onhook/%s says what the code says", async (file, render) => {
  await expect(render()).toMatchFileSnapshot(`../helm/onhook/${file}`);
});

test("the chart has the version of the package", () => {
  const { version } = JSON.parse(readRepository("package.json")) as { version: string };
  const chart = parse(readRepository("helm/onhook/Chart.yaml")) as Record<string, unknown>;
  expect([chart["version"], chart["appVersion"]]).toEqual([version, version]);
});

test("every value has a description, and none besides is taken", () => {
  const lacking: string[] = [];
  const open: string[] = [];
  function look(path: string, schema: Record<string, unknown>): void {
    if (typeof schema["description"] !== "string" || schema["description"] === "")
      lacking.push(path);
    const properties = schema["properties"] as Record<string, Record<string, unknown>> | undefined;
    if (properties === undefined) return;
    if (schema["additionalProperties"] !== false) open.push(path);
    for (const [key, child] of Object.entries(properties)) look(`${path}.${key}`, child);
  }
  look("", JSON.parse(renderSchema()) as Record<string, unknown>);
  expect({ lacking, open }).toEqual({ lacking: [], open: [] });
});
