import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readPortalFiles } from "../../../src/admin/portal/portal-files.ts";
import { buildRequest } from "../../../src/delivery/build-request.ts";
import type { Payload } from "../../../src/delivery/payload.ts";
import { loadConfig } from "../../../src/config.ts";
import { example, exampleText } from "../../../src/portal/guide/example.ts";
import { programs } from "../../../src/portal/guide/programs.ts";
import { usualWaits } from "../../../src/portal/guide/ladder.ts";

test("the guide's request is what the delivery makes of it, with its signature", () => {
  const request = buildRequest({
    payload: JSON.parse(example.body) as Payload,
    action: {
      url: example.url,
      method: example.method,
      format: "json",
      secrets: [example.secret],
      oldSecretsUntil: null,
      headers: {},
      auth: null,
    },
    jobId: example.headers["webhook-id"],
    attempt: 1,
    timestamp: Number(example.headers["webhook-timestamp"]),
    userAgent: example.headers["user-agent"],
    trace: null,
  });
  expect(request.headers).toEqual(example.headers);
  expect(String(request.body)).toBe(example.body);
  expect(exampleText()).toContain(`\ncontent-length: ${request.body?.length}\n\n{`);
});

test.each(programs)("the guide serves the very receiver in $name that is tested", ({ file }) => {
  const path = fileURLToPath(new URL(`../../../src/portal/guide/${file}`, import.meta.url));
  const served = readPortalFiles().files.get(`guide/${file}`);
  expect(served?.type).toBe("text/plain; charset=utf-8");
  expect(served?.body.equals(readFileSync(path))).toBe(true);
});

test("the guide's table of waits is that of the settings", () => {
  expect(usualWaits.map((seconds) => seconds * 1000)).toEqual(
    loadConfig({ env: {} }).delivery.ladderMs,
  );
});
