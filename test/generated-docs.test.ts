import { expect, test } from "vitest";
import { renderSettingsFile } from "../src/config/settings-file.ts";
import { renderErrorsDoc, renderMetricsDoc, renderSettingsDoc } from "./support/generated-docs.ts";

test.each([
  ["config/onhook.yaml", renderSettingsFile],
  ["docs/settings.md", renderSettingsDoc],
  ["docs/errors.md", renderErrorsDoc],
  ["docs/metrics.md", renderMetricsDoc],
])("%s says what the code says", async (file, render) => {
  await expect(render()).toMatchFileSnapshot(`../${file}`);
});
