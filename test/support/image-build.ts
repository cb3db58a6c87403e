import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repository } from "./e2e-program.ts";
import { baseEnv, baseRoot } from "./image-base.ts";
import type { Engine } from "./image-engine.ts";

/** Builds images of Onhook under names of its own; disposing it removes them. */
export interface ImageBuilds extends AsyncDisposable {
  /** The base image that was made here; undefined where the Dockerfile's own is pulled. */
  readonly base: string | undefined;
  /** Builds the Dockerfile of `folder`, the repository's without it; gives the image's name. */
  build(options?: {
    readonly folder?: string;
    readonly afresh?: boolean;
    readonly args?: Readonly<Record<string, string>>;
  }): Promise<string>;
}

/** What a clone has that counts for the image. */
const sources =
  "Dockerfile .dockerignore package.json package-lock.json .npmrc src schemas config".split(" ");

/** The sources as another clone has them: with other times. */
export async function copySources(to: string): Promise<void> {
  for (const name of sources) await cp(join(repository, name), join(to, name), { recursive: true });
}

export async function imageBuilds(engine: Engine): Promise<ImageBuilds> {
  const prefix = `onhook-test-${randomUUID().slice(0, 8)}`;
  const made: string[] = [];
  const base = existsSync("/usr/bin/dpkg-query") ? `${prefix}:base` : undefined;
  if (base !== undefined) {
    await importFolder(engine, await baseRoot(), base);
    made.push(base);
  }
  // With a base of its own nothing is fetched: what is built comes from the lock file and the sources alone.
  const offline =
    base === undefined ? [] : ["--network", "none", "--build-arg", `BUILD_IMAGE=${base}`];
  return {
    base,
    async build({ folder = repository, afresh = false, args = {} } = {}) {
      const name = `${prefix}:${made.length}`;
      const given = Object.entries(args).flatMap(([key, value]) => [
        "--build-arg",
        `${key}=${value}`,
      ]);
      const how = afresh ? ["--no-cache"] : [];
      await engine.docker(["build", ...offline, ...given, ...how, "--tag", name, folder]);
      made.push(name);
      return name;
    },
    async [Symbol.asyncDispose]() {
      if (made.length > 0) await engine.docker(["image", "rm", "--force", ...made]);
    },
  };
}

async function importFolder(engine: Engine, folder: string, name: string): Promise<void> {
  const changes = Object.entries(baseEnv).flatMap(([key, value]) => [
    "--change",
    `ENV ${key}=${value}`,
  ]);
  const packing = spawn("tar", ["-C", folder, "-c", "."], { stdio: ["ignore", "pipe", "inherit"] });
  const packed = once(packing, "exit");
  await engine.docker(["import", ...changes, "-", name], packing.stdout);
  const [code] = await packed;
  if (code !== 0) throw new Error(`tar ended with ${String(code)}`);
}
