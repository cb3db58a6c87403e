import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { choosePorts } from "../../../src/sandbox/free-ports.ts";
import { findJava, findProgram } from "../../../src/sandbox/programs.ts";
import { createWatch } from "../../support/e2e-watch.ts";

const run = promisify(execFile);

export const languages = ["node", "python", "php", "go", "java"] as const;
export type Language = (typeof languages)[number];

const guide = fileURLToPath(new URL("../../../src/portal/guide/", import.meta.url));

/** A receiver of the guide, running. */
export interface RunningReceiver extends AsyncDisposable {
  readonly url: string;
  /** All that it has printed so far. */
  readonly lines: readonly string[];
  /** Resolves as soon as a line that it printed has this in it. */
  said(text: string): Promise<void>;
}

interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Never met where the packages are there; where they are not, one sentence says what to install. */
function missing(program: string, debianPackage: string): Error {
  return new Error(
    `The receiver's guide is tested with ${program}, which this machine lacks: apt-get install ${debianPackage}`,
  );
}

async function programNamed(name: string, debianPackage: string): Promise<string> {
  const found = await findProgram(name, process.env);
  if (found === undefined) throw missing(name, debianPackage);
  return found;
}

async function builtByGo(folder: string): Promise<string> {
  const go = await programNamed("go", "golang-go");
  const built = join(folder, "receiver");
  const env = { ...process.env, GOTOOLCHAIN: "local", GOPROXY: "off", GOFLAGS: "" };
  await run(go, ["build", "-o", built, join(guide, "go/receiver.go")], { env, cwd: folder });
  return built;
}

async function javaThatCompiles(): Promise<string> {
  const java = await findJava(process.env);
  if (java === undefined) throw missing("java 17", "openjdk-17-jdk-headless");
  const { stdout } = await run(java, ["--list-modules"]);
  if (!stdout.includes("jdk.compiler")) throw missing("javac 17", "openjdk-17-jdk-headless");
  return java;
}

/** What starts each, as the guide says it; Go's is built first, since `go run` leaves the program behind when it is stopped. */
const commands: Readonly<
  Record<Language, (folder: string, port: number) => Command | Promise<Command>>
> = {
  node: () => ({ file: process.execPath, args: [join(guide, "node/receiver.mjs")] }),
  python: async () => ({
    file: await programNamed("python3", "python3"),
    args: [join(guide, "python/receiver.py")],
  }),
  php: async (_folder, port) => ({
    file: await programNamed("php", "php-cli"),
    args: [
      "-d",
      "enable_post_data_reading=0",
      "-S",
      `127.0.0.1:${port}`,
      join(guide, "php/receiver.php"),
    ],
  }),
  go: async (folder) => ({ file: await builtByGo(folder), args: [] }),
  java: async () => ({ file: await javaThatCompiles(), args: [join(guide, "java/Receiver.java")] }),
};

/** Starts a receiver with this key, `undefined`: with none, and resolves when it listens. Rejects when it ends before. */
export async function startReceiver(
  language: Language,
  key: string | undefined,
): Promise<RunningReceiver> {
  const folder = await mkdtemp(join(tmpdir(), `receiver-${language}-`));
  const [port = 0] = await choosePorts([undefined]);
  const { file, args } = await commands[language](folder, port);
  const env: NodeJS.ProcessEnv = { ...process.env, PORT: String(port), WEBHOOK_TAKEN: folder };
  delete env["WEBHOOK_SECRET"];
  if (key !== undefined) env["WEBHOOK_SECRET"] = key;
  const child = spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const watch = createWatch();
  const lines: string[] = [];
  let ended = false;
  const exited = once(child, "close");
  child.once("close", () => {
    ended = true;
    watch.changed();
  });
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", (line) => {
      lines.push(line);
      watch.changed();
    });
  }
  const said = async (text: string | RegExp): Promise<void> => {
    await watch.until(() => {
      if (lines.some((line) => line.search(text) >= 0)) return true;
      if (ended) throw new Error(`${language} ended after: ${lines.join("\n")}`);
      return false;
    });
  };
  const stop = async (): Promise<void> => {
    if (!ended) child.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await said(/Listening on|Development Server .* started/);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}/`, lines, said, [Symbol.asyncDispose]: stop };
}
