import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findProgram } from "../../src/sandbox/programs.ts";

const run = promisify(execFile);
const requirements = fileURLToPath(new URL("python/schemathesis.txt", import.meta.url));
const cache = fileURLToPath(new URL("../../.cache/", import.meta.url));

const wanted =
  "The API is tested against its OpenAPI document by Schemathesis: install Python 3 with pip and venv (Debian's python3-pip and python3-venv).";

/** The program of an environment of its own below .cache, made once for each list of versions. */
async function installed(): Promise<string> {
  const version = createHash("sha256").update(await readFile(requirements));
  const folder = join(cache, `schemathesis-${version.digest("hex").slice(0, 12)}`);
  const program = join(folder, "bin", "schemathesis");
  if (existsSync(program)) return program;
  const python = await findProgram("python3", process.env);
  if (python === undefined) throw new Error(wanted);
  await mkdir(cache, { recursive: true });
  // What was broken off half-way is no environment.
  await rm(folder, { recursive: true, force: true });
  try {
    await run(python, ["-m", "venv", folder]);
  } catch (cause) {
    throw new Error(wanted, { cause });
  }
  const pip = join(folder, "bin", "python");
  await run(pip, ["-m", "pip", "install", "--quiet", "--no-deps", "--requirement", requirements]);
  return program;
}

/**
 * Which checks are made, and of whom. It has to know the credential as one, so that it can leave it out and see whether
 * that is noticed. Left out is what a document can't say of this API: that a request which its schema allows is also
 * accepted (a trigger's own rules refuse more), and what needs a thing to be there that somebody else may have deleted.
 */
const settingsFor = (token: string): string => `
[auth.openapi.bearer]
bearer = "${token}"

[checks]
positive_data_acceptance.enabled = false
ensure_resource_availability.enabled = false
object_level_authorization.enabled = false

# To say what is wrong with a trigger is its very answer, and no refusal.
[[operations]]
include-operation-id = "checkTrigger"
checks.negative_data_rejection.enabled = false
`;

export interface Tried {
  readonly status: number | null;
  readonly output: string;
}

/** Tries every operation of the document at `url`, as whoever has the token, with requests made up from it, good and bad. */
export async function trySchema(
  { url, token }: { readonly url: string; readonly token: string },
  options: readonly string[],
): Promise<Tried> {
  const program = await installed();
  const folder = await mkdtemp(join(tmpdir(), "schemathesis-"));
  const settings = join(folder, "schemathesis.toml");
  await writeFile(settings, settingsFor(token));
  const words = ["--config-file", settings, "--no-color", "run", `${url}/api/v1/openapi.json`];
  const child = spawn(program, [...words, ...options], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [status, out, err] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  await rm(folder, { recursive: true });
  return { status, output: out + err };
}
