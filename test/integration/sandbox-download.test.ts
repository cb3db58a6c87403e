import { access, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { takeDownloadLock } from "../../src/sandbox/download-lock.ts";
import { provideJavaDistribution } from "../../src/sandbox/java-distribution.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sandbox-download-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const env = process.env;

test("two that need the download at once fetch it once, and the cache holds nothing else", async () => {
  const lines: string[] = [];
  const provide = async () =>
    await provideJavaDistribution({
      cacheDir: folder,
      env,
      onProgress: (line) => lines.push(line),
    });
  const [one, two] = await Promise.all([provide(), provide()]);
  expect(one).toEqual(two);
  await access(one.registryJar);
  expect(await readdir(folder)).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith("Waiting for another sandbox"))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith("Downloaded"))).toHaveLength(1);
  expect(lines).toContainEqual(expect.stringMatching(/first time only\) … \d+ files, \d+ MB$/));
});

test("a download that fails says why in Maven's words and leaves nothing", async () => {
  const unreachable = [
    `-Dmaven.repo.local=${join(folder, "m2")}`,
    "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9",
  ].join(" ");
  const failing = provideJavaDistribution({
    cacheDir: folder,
    env: { ...env, MAVEN_OPTS: unreachable },
    onProgress: () => {},
  });
  await expect(failing).rejects.toMatchObject({ code: "SANDBOX_DOWNLOAD" });
  await expect(failing).rejects.toThrow(/proxy|Connect/i);
  expect(await readdir(folder)).toEqual(["m2"]);
});

test("a download that is called off ends Maven and leaves nothing", async () => {
  const off = new AbortController();
  const going = provideJavaDistribution({
    cacheDir: folder,
    env,
    signal: off.signal,
    onProgress: () => off.abort(new Error("enough")),
  });
  await expect(going).rejects.toThrow("enough");
  expect(await readdir(folder)).toEqual([]);
});

test("the lock of a holder that died is taken over, with what it left thrown away", async () => {
  const directory = join(folder, "work.part");
  await mkdir(directory);
  await writeFile(join(directory, "half"), "");
  const onWait = vi.fn<() => void>();
  const lock = await takeDownloadLock(directory, {
    done: async () => false,
    onWait,
    silentMs: 200,
  });
  expect(lock?.directory).toBe(directory);
  expect(await readdir(directory)).toEqual([]);
  expect(onWait).toHaveBeenCalledOnce();
  lock?.release();
});

test("the lock of a holder that lives is waited for, however long it works", async () => {
  const directory = join(folder, "work.part");
  const options = { done: async () => false, onWait: () => {}, silentMs: 200 };
  const first = await takeDownloadLock(directory, options);
  const turns: string[] = [];
  const second = takeDownloadLock(directory, options).then((lock) => {
    turns.push("second");
    return lock;
  });
  // Several times what a dead holder would be given.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  turns.push("first");
  first?.release();
  await rm(directory, { recursive: true });
  (await second)?.release();
  expect(turns).toEqual(["first", "second"]);
});
