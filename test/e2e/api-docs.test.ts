import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { startAdminStage } from "../support/admin-stage.ts";
import { codeBlocks, readRepository } from "../support/markdown.ts";
import { useStack } from "../support/stack.ts";

const run = promisify(execFile);
const settings = { ONHOOK_DELIVERY_DANGEROUS_ALLOW_HTTP: "false" };

test("the shell examples of docs/api.md do, one after the other, what the text around them says", async () => {
  await using stage = await startAdminStage(useStack(), "api-docs", settings);
  const token = await stage.token({ role: "operator" });
  const cwd = await mkdtemp(join(tmpdir(), "onhook-api-docs-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
  const [where, ...examples] = codeBlocks(readRepository("docs/api.md"), "sh");
  expect(where).toContain("export ONHOOK=http://127.0.0.1:8080/api/v1");
  // As one who follows the page has it: in one shell, which ends at the first command that fails.
  const script = ["set -e", ...examples].join("\n");
  const { stdout } = await run("sh", ["-c", script], {
    cwd,
    env: { ...process.env, ONHOOK: `${stage.url}/api/v1`, ONHOOK_TOKEN: token },
  });
  for (const shown of ['"maxTriggers":20', '"secret":"whsec_', '"ok":true', '"nextCursor":null'])
    expect(stdout).toContain(shown);
  const path = "/tenants/acme/triggers/5b0f6f6e-8a0e-4f0e-9d4b-3f6f0f1f2a3b";
  const read = await stage.api(token).ask("GET", path);
  expect(read.json()).toMatchObject({
    name: "Very long calls",
    enabled: true,
    action: { retries: 5, secrets: ["whsec_***", "whsec_***"] },
  });
});
