import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { repository } from "./e2e-program.ts";

const run = promisify(execFile);

/** What a build stage calls, and the libraries of Node: all else follows from what these depend on. */
const wantedPackages = [
  "base-files",
  "bash",
  "coreutils",
  "dash",
  "dpkg",
  "findutils",
  "grep",
  "libc-bin",
];
const librariesOfNode = ["libc6", "libgcc-s1", "libstdc++6"];

/** The one that comes with the Node of package.json. */
const npmVersion = "11.19.1";

/** Settings for npm in the build: nothing comes from outside, all from what is beside it. */
export const baseEnv = {
  PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  npm_config_cache: "/npm-cache",
  npm_config_offline: "true",
  npm_config_update_notifier: "false",
};

/**
 * The root of a base image like `node:24-bookworm-slim`, made where no image can be pulled: this machine's own files of
 * some Debian packages, the Node that runs this, npm, and in npm's cache what package-lock.json names. Kept in .cache,
 * so that only the first time asks the registry of packages. Needs Debian or its like.
 */
export async function baseRoot(): Promise<string> {
  const lock = readFileSync(join(repository, "package-lock.json"));
  const own = readFileSync(new URL(import.meta.url));
  const key = createHash("sha256").update(lock).update(own).update(process.version).digest("hex");
  const cache = join(repository, ".cache", "image");
  const root = join(cache, `base-${key.slice(0, 12)}`);
  if (existsSync(root)) return root;
  // What older lock files have left.
  await rm(cache, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  const made = await mkdtemp(join(cache, "making-"));
  await Promise.all([copyPackages(made), addNode(made)]);
  await rename(made, root);
  return root;
}

async function copyPackages(root: string): Promise<void> {
  for (const folder of ["bin", "sbin", "lib", "lib64"]) {
    if (!lstatSync(`/${folder}`).isSymbolicLink()) continue;
    await mkdir(join(root, "usr", folder), { recursive: true });
    await symlink(readlinkSync(`/${folder}`), join(root, folder));
  }
  const names = await withDependencies([...wantedPackages, ...librariesOfNode]);
  const { stdout } = await run("dpkg-query", ["--listfiles", ...names]);
  const files = stdout
    .split("\n")
    .filter((path) => path.startsWith("/") && path !== "/." && existsSync(path))
    .filter((path) => !/\/(man|locale|info|gconv|python)\//.test(path));
  const list = join(root, "files");
  await writeFile(list, [...new Set(files)].map((path) => `${path.slice(1)}\n`).join(""));
  const copying =
    'tar -C / -c --no-recursion -T "$1" | tar -C "$2" -x --keep-directory-symlink --no-overwrite-dir';
  await run("sh", ["-c", copying, "sh", list, root]);
  await rm(list);
  const status = await run("dpkg-query", ["--status", ...names]);
  await writeFile(join(root, "var/lib/dpkg/status"), status.stdout);
}

/** Debian packages and all that they need, of those that this machine has. */
async function withDependencies(wanted: readonly string[]): Promise<readonly string[]> {
  const format = "${Package}\t${Pre-Depends}, ${Depends}\n";
  const { stdout } = await run("dpkg-query", ["--show", `--showformat=${format}`]);
  const needs = new Map<string, readonly string[]>();
  for (const line of stdout.trimEnd().split("\n")) {
    const [name = "", relations = ""] = line.split("\t");
    needs.set(
      name,
      relations.split(/[,|]/).map((each) => each.trim().replace(/[\s:(].*$/, "")),
    );
  }
  const found = new Set<string>();
  const open = [...wanted];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const below = needs.get(name);
    if (below === undefined || found.has(name)) continue;
    found.add(name);
    open.push(...below);
  }
  return [...found];
}

async function addNode(root: string): Promise<void> {
  const local = join(root, "usr/local");
  await mkdir(join(local, "bin"), { recursive: true });
  await cp(process.execPath, join(local, "bin/node"));
  const project = await mkdtemp(join(root, "project-"));
  for (const file of ["package.json", "package-lock.json", ".npmrc"])
    await cp(join(repository, file), join(project, file));
  const npm = async (...args: readonly string[]) =>
    await run("npm", [...args, "--ignore-scripts", "--cache", join(root, "npm-cache")], {
      cwd: project,
    });
  await npm("ci", "--omit=dev");
  await npm("install", "--global", "--prefix", local, `npm@${npmVersion}`);
  await rm(project, { recursive: true });
}
