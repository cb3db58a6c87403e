import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

export type Env = Readonly<Record<string, string | undefined>>;

const run = promisify(execFile);
const oldestJava = 17;

/** The first executable file of that name on env's PATH; undefined when there is none. */
export async function findProgram(name: string, env: Env): Promise<string | undefined> {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of folders) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** A Java of version 17 or later: JAVA_HOME's, else the PATH's; undefined when neither will do. */
export async function findJava(env: Env): Promise<string | undefined> {
  const home = env["JAVA_HOME"];
  const candidates = [
    home === undefined || home === "" ? undefined : join(home, "bin", "java"),
    await findProgram("java", env),
  ];
  for (const java of candidates) {
    if (java !== undefined && (await javaVersion(java)) >= oldestJava) return java;
  }
  return undefined;
}

/**
 * The words to put before a command so that the kernel kills it when its parent is gone, however that ended.
 * Empty where util-linux's setpriv is missing, or is BusyBox's, which has no such option.
 */
export async function killedWithParent(env: Env): Promise<readonly string[]> {
  const setpriv = await findProgram("setpriv", env);
  if (setpriv === undefined) return [];
  const words = [setpriv, "--pdeathsig", "KILL", "--"];
  const works = await answers(setpriv, [...words.slice(1), setpriv, "--version"]);
  return works === undefined ? [] : words;
}

async function javaVersion(java: string): Promise<number> {
  const said = await answers(java, ["-version"]);
  const major = said === undefined ? undefined : /version "(?:1\.)?(\d+)/.exec(said)?.[1];
  return Number(major ?? 0);
}

/** What the program prints on both streams; undefined when it can't be run or fails, which is an answer here. */
async function answers(program: string, args: readonly string[]): Promise<string | undefined> {
  return await run(program, [...args], { timeout: 10_000 }).then(
    ({ stdout, stderr }) => stdout + stderr,
    () => undefined,
  );
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not ours to run: the search goes on.
    return false;
  }
}
