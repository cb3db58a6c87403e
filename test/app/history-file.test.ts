import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runService } from "../../src/app.ts";
import type { ServiceOptions } from "../../src/app.ts";
import { assertHistoryFile } from "../../src/app/history-file.ts";
import { loadConfig } from "../../src/config.ts";
import type { AnyEvent } from "../../src/observability/any-event.ts";
import { steadyClock } from "../../src/runtime/clock.ts";

const folder = mkdtempSync(join(tmpdir(), "onhook-history-file-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...path: readonly string[]): string => join(folder, ...path);

/** A service with this file for its history, told to stop at once, and what it tells. */
async function run(file: string, roles: ServiceOptions["roles"]): Promise<readonly AnyEvent[]> {
  const told: AnyEvent[] = [];
  const env = { ONHOOK_HTTP_PORT: "0", ONHOOK_HISTORY_FILE: file };
  await runService(
    {
      config: loadConfig({ env }),
      clock: steadyClock,
      emit: (event) => void told.push(event),
      kafkaLog: () => undefined,
      userAgent: "onhook/test",
    },
    {
      roles,
      version: "1.2.3",
      metrics: async () => ({ contentType: "text/plain", body: "" }),
      stop: AbortSignal.abort(),
    },
  );
  return told;
}

describe("the file of the history", () => {
  it("keeps a process of the admin role from starting when its folder is missing, and no other", async () => {
    const file = at("missing", "history.db");
    await expect(run(file, ["match", "admin"])).rejects.toMatchObject({
      code: "HISTORY_FILE_UNUSABLE",
      message: expect.stringMatching(
        /^history\.file names .*missing\/history\.db, which can not be used: ENOENT/,
      ) as string,
    });
    const told = await run(file, ["match"]);
    expect(told.map(({ type }) => type)).toContain("service.stopped");
  });

  it("is refused where its folder is a file, where it is a folder, and where its path leads round in a circle", () => {
    writeFileSync(at("a-file"), "");
    mkdirSync(at("a-folder"));
    symlinkSync(at("circle"), at("circle"));
    for (const [path, problem] of [
      [at("a-file", "history.db"), /ENOTDIR/],
      [at("a-folder"), /EISDIR/],
      [at("circle"), /ELOOP/],
    ] as const)
      expect(() => assertHistoryFile({ file: path })).toThrow(problem);
  });

  it("is refused where nothing can be written", () => {
    // Root may write everywhere but where nobody can.
    expect(() => assertHistoryFile({ file: "/proc/self/history.db" })).toThrow(
      /history\.file names .*, which can not be used: (ENOENT|EACCES|EPERM)/,
    );
  });

  it("is taken where it can be written, and left as it is where it is there", () => {
    const file = at("history.db");
    assertHistoryFile({ file });
    expect(existsSync(file)).toBe(true);
    assertHistoryFile({ file });
    assertHistoryFile({ file: null });
  });
});
