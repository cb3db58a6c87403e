import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { dockerAnswers } from "../../src/sandbox/docker-daemon.ts";
import { findProgram } from "../../src/sandbox/programs.ts";
import { repository } from "./e2e-program.ts";

const run = promisify(execFile);

/** How a command of Docker's client ended. */
export interface Answer {
  readonly status: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Docker engine: the machine's, or one of the test's own that disposing it ends. */
export interface Engine extends AsyncDisposable {
  /** Runs one command of Docker's client to its end. */
  ask(args: readonly string[], input?: Readable): Promise<Answer>;
  /** The same where it has to succeed; gives what it printed, without the space around it. */
  docker(args: readonly string[], input?: Readable): Promise<string>;
  /** The first line that fits, of what a command prints, which is then ended. Rejects when it ends without one. */
  line(args: readonly string[], fits: (line: string) => boolean): Promise<string>;
}

/** Builds and runs may hang where an engine is ill; nothing here takes so long. */
const longestMs = 180_000;

export async function useEngine(): Promise<Engine> {
  const env = definedEnv();
  if (await dockerAnswers(env)) return engineOf("docker", env, async () => await Promise.resolve());
  const path = `${env["PATH"] ?? ""}:/usr/sbin:/sbin`;
  const daemon = await findProgram("dockerd", { PATH: path });
  // The client that comes with the daemon, before any other: a newer one builds only with a plug-in of its own.
  const client = await findProgram("docker", { PATH: `/usr/bin:${path}` });
  if (daemon === undefined || client === undefined || process.getuid?.() !== 0)
    throw new Error(
      "The container image needs a Docker engine to be tested: start Docker, or install Debian's package docker.io and run this as root.",
    );
  return await startDaemon(daemon, client, { ...env, PATH: path });
}

type Env = Readonly<Record<string, string>>;

function definedEnv(): Env {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

/** A daemon beside whatever else runs here: nothing of it is outside of its folder, and no network is touched. */
async function startDaemon(daemon: string, client: string, env: Env): Promise<Engine> {
  // Short: the paths of sockets end after 107 bytes.
  const folder = await mkdtemp(join(tmpdir(), "onhook-docker-"));
  const socket = `unix://${join(folder, "docker.sock")}`;
  const log = join(folder, "log");
  const output = openSync(log, "w");
  // It ends with this process, however that ends.
  const args = ["--pdeathsig", "TERM", "--", daemon, "--host", socket];
  args.push("--data-root", join(folder, "data"), "--exec-root", join(folder, "exec"));
  args.push("--pidfile", join(folder, "pid"), "--bridge=none", "--userland-proxy=false");
  args.push("--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false");
  const child = spawn("setpriv", args, { env, stdio: ["ignore", output, output] });
  closeSync(output);
  const exited = once(child, "exit");
  const own = { ...env, DOCKER_HOST: socket, ...(await builderOf(client, env)) };
  const engine = engineOf(client, own, async () => {
    child.kill("SIGTERM");
    await exited;
    // The namespace of the host's network stays mounted when a daemon ends.
    const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
    for (const [, path = ""] of mounts.map((line) => line.split(" ")))
      if (path.startsWith(`${folder}/`)) await run("umount", [path]);
    await rm(folder, { recursive: true, force: true });
  });
  while (!(await dockerAnswers(own))) {
    if (child.exitCode !== null) {
      const why = readFileSync(log, "utf8").slice(-2000);
      await engine[Symbol.asyncDispose]();
      throw new Error(`${daemon} does not start: ${why}`);
    }
    await pause(50);
  }
  return engine;
}

/** BuildKit, which clients before 23 have to be told to use. */
async function builderOf(client: string, env: Env): Promise<Env> {
  const { stdout } = await run(client, ["--version"], { env });
  const [, major = ""] = /version (\d+)/.exec(stdout) ?? [];
  return Number(major) < 23 ? { DOCKER_BUILDKIT: "1" } : {};
}

function engineOf(client: string, env: Env, end: () => Promise<void>): Engine {
  async function ask(args: readonly string[], input?: Readable): Promise<Answer> {
    const child = spawn(client, args, {
      env,
      cwd: repository,
      stdio: "pipe",
      timeout: longestMs,
      killSignal: "SIGKILL",
    });
    // A command that ends early has not read all of it, and says why on its own.
    child.stdin.on("error", () => undefined);
    if (input === undefined) child.stdin.end();
    else input.pipe(child.stdin);
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    return { status: code ?? signal ?? "SIGKILL", stdout, stderr };
  }

  return {
    ask,
    async docker(args, input) {
      const { status, stdout, stderr } = await ask(args, input);
      if (status !== 0)
        throw new Error(`docker ${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
      return stdout.trim();
    },
    async line(args, fits) {
      const child = spawn(client, args, { env, stdio: ["ignore", "pipe", "inherit"] });
      const exited = once(child, "exit");
      try {
        for await (const line of createInterface(child.stdout)) if (fits(line)) return line;
      } finally {
        child.kill("SIGKILL");
        await exited;
      }
      throw new Error(`docker ${args.join(" ")} ended before the line that was waited for`);
    },
    [Symbol.asyncDispose]: end,
  };
}
