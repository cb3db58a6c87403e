import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { promtool } from "../support/prometheus-programs.ts";
import { ruleFiles } from "../support/prometheus-rules.ts";

const pathOf = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const folder = "config/prometheus/tests";
const cases = readdirSync(pathOf(folder)).map((file) => `${folder}/${file}`);

test("promtool finds nothing wrong with the rules", async () => {
  const said = await promtool(["check", "rules", "--lint-fatal", ...ruleFiles.map(pathOf)]);
  expect(said).toMatchObject({ status: 0, text: expect.not.stringMatching(/FAILED|error/) });
});

test("promtool finds nothing wrong with the example of a configuration", async () => {
  const said = await promtool(["check", "config", pathOf("config/prometheus/prometheus.yaml")]);
  expect(said).toMatchObject({ status: 0, text: expect.not.stringMatching(/FAILED|error/) });
});

test.each(cases)("each alert of %s fires when it has to, and no other does", async (file) => {
  const said = await promtool(["test", "rules", pathOf(file)]);
  expect(said).toMatchObject({ status: 0, text: expect.stringContaining("SUCCESS") });
});
