import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { SqliteHistory } from "../../src/sqlite/sqlite-history.ts";
import { TemporaryFolder } from "../../src/sqlite/temporary-folder.ts";

const ignore = (): void => undefined;

test("a folder is nobody else's, and goes with who made it", () => {
  const folder = new TemporaryFolder(systemClock, ignore);
  const path = folder.make();
  expect(statSync(path).mode & 0o777).toBe(0o700);
  writeFileSync(join(path, "history.db"), "x");
  folder[Symbol.dispose]();
  expect(existsSync(path)).toBe(false);
});

test("what a process has left behind when it was killed is removed by a later one, and no folder that is in use", async () => {
  using inUse = new TemporaryFolder(systemClock, ignore);
  const abandoned = `${inUse.make()}-abandoned`;
  mkdirSync(abandoned);
  onTestFinished(() => rmSync(abandoned, { recursive: true, force: true }));
  const longAgo = new Date(systemClock.now() - 7_200_000);
  for (const path of [abandoned, inUse.make()]) utimesSync(path, longAgo, longAgo);
  const stopper = new AbortController();
  const running = inUse.run(stopper.signal);
  using later = new TemporaryFolder(systemClock, ignore);
  expect(existsSync(later.make())).toBe(true);
  expect(existsSync(abandoned)).toBe(false);
  expect(statSync(inUse.make()).mtimeMs).toBeGreaterThan(longAgo.getTime());
  stopper.abort();
  await running;
});

test("where no folder can be made, that is told, and the history opens once one can", async () => {
  const parent = mkdtempSync(join(tmpdir(), "onhook-test-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const missing = join(parent, "missing");
  vi.stubEnv("TMPDIR", missing);
  onTestFinished(() => void vi.unstubAllEnvs());
  using folder = new TemporaryFolder(systemClock, ignore);
  const file = (): string => join(folder.make(), "history.db");
  const store = new SqliteHistory({ file, keepsCalls: false }, ignore);
  onTestFinished(() => store.close());
  await expect(store.open()).rejects.toMatchObject({ code: "HISTORY_UNAVAILABLE" });
  mkdirSync(missing);
  expect((await store.open()).positions).toEqual([]);
});
