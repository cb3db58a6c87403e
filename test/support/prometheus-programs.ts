import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findProgram } from "../../src/sandbox/programs.ts";

const run = promisify(execFile);
const cacheDir = fileURLToPath(new URL("../../.cache", import.meta.url));
const unpacked = join(cacheDir, "prometheus");

export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

async function programsOn(path: string | undefined): Promise<PrometheusPrograms | undefined> {
  const [prometheus, promtool] = [
    await findProgram("prometheus", { PATH: path }),
    await findProgram("promtool", { PATH: path }),
  ];
  return prometheus === undefined || promtool === undefined ? undefined : { prometheus, promtool };
}

/** Debian's package, unpacked without being installed, in a folder that then gets its name in one go. */
async function unpackPackage(): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const made = await mkdtemp(`${unpacked}.part-`);
  try {
    await run("apt-get", ["download", "prometheus"], { cwd: made });
    const [archive = ""] = await readdir(made);
    await run("dpkg-deb", ["-x", join(made, archive), join(made, "root")]);
    await rename(join(made, "root"), unpacked);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** Prometheus and promtool: those on the PATH, else Debian's, fetched once into .cache. Rejects with what to install. */
export async function prometheusPrograms(): Promise<PrometheusPrograms> {
  const inCache = join(unpacked, "usr/bin");
  const found = (await programsOn(process.env["PATH"])) ?? (await programsOn(inCache));
  if (found !== undefined) return found;
  try {
    await unpackPackage();
  } catch (cause) {
    // Another run may have been faster.
    const theirs = await programsOn(inCache);
    if (theirs !== undefined) return theirs;
    const what = "These tests need prometheus and promtool on the PATH: install Prometheus";
    throw new Error(`${what} (Debian's package is named prometheus).`, { cause });
  }
  return (await programsOn(inCache)) as PrometheusPrograms;
}

export interface Said {
  readonly status: number;
  /** What it printed on both streams. */
  readonly text: string;
}

/** Runs promtool to its end. */
export async function promtool(args: readonly string[], stdin = ""): Promise<Said> {
  const { promtool: program } = await prometheusPrograms();
  return await new Promise((resolve, reject) => {
    const child = execFile(program, [...args], (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === "number") resolve({ status, text: stdout + stderr });
      else reject(error);
    });
    child.stdin?.end(stdin);
  });
}
