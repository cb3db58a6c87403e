import { existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { TemporaryFolder } from "../../src/sqlite/temporary-folder.ts";

test("a folder is nobody else's, and goes with who made it", () => {
  const folder = new TemporaryFolder(systemClock);
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  writeFileSync(join(folder.path, "history.db"), "x");
  folder[Symbol.dispose]();
  expect(existsSync(folder.path)).toBe(false);
});

test("what a process has left behind when it was killed is removed by a later one, and no folder that is in use", async () => {
  using inUse = new TemporaryFolder(systemClock);
  const abandoned = `${inUse.path}-abandoned`;
  mkdirSync(abandoned);
  onTestFinished(() => rmSync(abandoned, { recursive: true, force: true }));
  const longAgo = new Date(systemClock.now() - 7_200_000);
  for (const path of [abandoned, inUse.path]) utimesSync(path, longAgo, longAgo);
  const stopper = new AbortController();
  const running = inUse.run(stopper.signal);
  using later = new TemporaryFolder(systemClock);
  expect(existsSync(abandoned)).toBe(false);
  expect(existsSync(inUse.path)).toBe(true);
  expect(existsSync(later.path)).toBe(true);
  stopper.abort();
  await running;
});
