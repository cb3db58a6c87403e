import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { access, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findJava, findProgram } from "../../src/sandbox/programs.ts";

const run = promisify(execFile);
const pom = fileURLToPath(new URL("java/pom.xml", import.meta.url));
const source = fileURLToPath(new URL("java/Verifier.java", import.meta.url));
const cacheDir = fileURLToPath(new URL("../../.cache", import.meta.url));

/** A webhook that arrived, and the key to verify it by: `whsec_…`, or `whpk_…`. */
export interface Arrived {
  readonly key: string;
  readonly id: string;
  readonly timestamp: number;
  readonly signatures: string;
  readonly body: Buffer;
}

export interface JavaVerifier {
  /** Whether each is signed by its key, as Java sees it. */
  verify(arrived: readonly Arrived[]): Promise<boolean[]>;
}

/** Fetches and compiles into a folder of its own, which then gets its name in one go. */
async function build(java: string, maven: string, folder: string): Promise<void> {
  const made = await mkdtemp(`${folder}.part-`);
  try {
    await run(maven, ["-B", "-q", "-f", pom, `-DverifierDir=${made}`, "process-resources"]);
    const compiler = ["-cp", join(made, "*"), "org.eclipse.jdt.internal.compiler.batch.Main"];
    await run(java, [
      ...compiler,
      "--release",
      "17",
      "-cp",
      await jarsOf(made),
      "-d",
      made,
      source,
    ]);
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true });
    // Another run may have been faster.
    if (!(await exists(folder))) throw error;
  }
}

async function jarsOf(folder: string): Promise<string> {
  const jars = (await readdir(folder)).filter((name) => name.endsWith(".jar"));
  return jars.map((name) => join(folder, name)).join(":");
}

async function contentName(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [pom, source]) hash.update(await readFile(file));
  return hash.digest("hex").slice(0, 12);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The verifier in Java; undefined where there is no Java or no Maven, so that the sandbox runs on Docker. */
export async function javaVerifier(): Promise<JavaVerifier | undefined> {
  const [java, maven] = [await findJava(process.env), await findProgram("mvn", process.env)];
  if (java === undefined || maven === undefined) return undefined;
  const folder = join(cacheDir, `verifier-${await contentName()}`);
  if (!(await exists(folder))) await build(java, maven, folder);
  return {
    async verify(arrived) {
      const child = execFile(java, ["-cp", `${folder}:${await jarsOf(folder)}`, "Verifier"]);
      const ended = once(child, "close");
      const lines = arrived.map(({ key, id, timestamp, signatures, body }) =>
        [key, id, timestamp, signatures, body.toString("base64")].join("\t"),
      );
      child.stdin?.end(`${lines.join("\n")}\n`);
      const said = await text(child.stdout as NonNullable<typeof child.stdout>);
      const [code] = (await ended) as [number];
      if (code !== 0) throw new Error(`Java ended with ${code} after: ${said}`);
      return said
        .trimEnd()
        .split("\n")
        .map((line) => line === "yes");
    },
  };
}
