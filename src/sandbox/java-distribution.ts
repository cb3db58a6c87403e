import { createHash } from "node:crypto";
import { readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { OnhookError } from "../errors.ts";
import { type DownloadLock, takeDownloadLock } from "./download-lock.ts";
import { kafkaVersion, registryVersion } from "./kafka-properties.ts";
import { Keeper } from "./keeper-process.ts";
import { downloadSize, mavenFailure } from "./maven-log.ts";
import { type Env, findProgram, killedWithParent } from "./programs.ts";

/** Where the programs lie, in words for a Java command line. */
export interface JavaDistribution {
  readonly kafkaClasspath: string;
  readonly registryJar: string;
}

interface DownloadOptions {
  readonly cacheDir: string;
  readonly env: Env;
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal;
}

const pom = fileURLToPath(new URL("java/pom.xml", import.meta.url));
const what = `Kafka ${kafkaVersion} and Apicurio Registry ${registryVersion}`;
const progressMs = 1000;

/**
 * Kafka and the registry from the cache, or fetched into it by Maven. The cached folder appears by one rename when all of
 * it is there, so half a download is never taken for a whole one.
 * SANDBOX_NEEDS_MAVEN, SANDBOX_DOWNLOAD, or the signal's reason.
 */
export async function provideJavaDistribution(options: DownloadOptions): Promise<JavaDistribution> {
  const folder = join(options.cacheDir, `java-${await contentName()}`);
  if (!(await exists(folder))) {
    const maven = await findProgram("mvn", options.env);
    if (maven === undefined) throw new OnhookError("SANDBOX_NEEDS_MAVEN");
    const lock = await takeDownloadLock(`${folder}.part`, {
      done: async () => await exists(folder),
      onWait: () => options.onProgress(`Waiting for another sandbox that downloads ${what}`),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (lock !== undefined) await download(options, maven, lock, folder);
  }
  const registryJar = join(
    folder,
    "registry",
    `apicurio-registry-app-${registryVersion}-runner.jar`,
  );
  return { kafkaClasspath: join(folder, "kafka", "*"), registryJar };
}

/** The keeper removes the lock's folder, with Maven's log and what was fetched so far, also when this process dies. */
async function download(
  options: DownloadOptions,
  maven: string,
  lock: DownloadLock,
  folder: string,
): Promise<void> {
  const keeper = new Keeper(lock.directory, options.env);
  try {
    const files = join(lock.directory, "files");
    const log = join(lock.directory, "maven.log");
    const command = [...(await killedWithParent(options.env)), maven, ...mavenWords(files)];
    const { ended } = await keeper.start("Maven", command, log);
    const how = await withProgress(ended, log, options);
    const said = await readFile(log, "utf8");
    if (how !== "exit code 0") {
      throw new OnhookError("SANDBOX_DOWNLOAD", { reason: `${mavenFailure(said)} (${how})` });
    }
    await rename(files, folder);
    options.onProgress(`Downloaded ${what} into ${folder}`);
  } finally {
    lock.release();
    await keeper.stop();
  }
}

function mavenWords(files: string): readonly string[] {
  const properties = {
    sandboxDir: files,
    kafkaVersion,
    registryVersion,
  };
  const defined = Object.entries(properties).map(([key, value]) => `-D${key}=${value}`);
  return ["-B", "-f", pom, ...defined, "process-resources"];
}

/** Tells how far Maven is, at most once a second and only when there is something new, until it ends. */
async function withProgress(
  ended: Promise<string>,
  log: string,
  { onProgress, signal }: DownloadOptions,
): Promise<string> {
  let last = "";
  for (;;) {
    const size = downloadSize(await readFile(log, "utf8"));
    if (size !== last) onProgress(`Downloading ${what} (first time only) … ${size}`);
    last = size;
    const how = await Promise.race([ended, sleep(progressMs, undefined, { ref: false })]);
    if (how !== undefined) return how;
    signal?.throwIfAborted();
  }
}

/** Names what the pom and the versions ask for: a change of either is fetched anew. */
async function contentName(): Promise<string> {
  const hash = createHash("sha256").update(await readFile(pom));
  return hash.update(`${kafkaVersion} ${registryVersion}`).digest("hex").slice(0, 12);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
