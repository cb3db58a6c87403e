import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { choosePorts } from "../../src/sandbox/free-ports.ts";
import { mainFile, repository } from "../support/e2e-program.ts";

/** The service as a process that says nothing unless something is wrong: its log would cost what is measured. */
export interface BenchService extends AsyncDisposable {
  readonly pid: number;
  /** Sum of the samples of a metric, of those whose labels contain `labels` as they are written. */
  metric(name: string, labels?: string): Promise<number>;
}

/** As docs/operations.md advises: without a limit Node lets its heap grow with what the machine has, not with what it needs. */
const heapLimits = (heapMiB: number): string[] => [
  `--max-old-space-size=${heapMiB}`,
  "--max-semi-space-size=16",
];

/** Where its profile goes, if anybody wants one: shows in Chrome's developer tools, or by `node test/bench/profile.ts`. */
const profileFolder = process.env["BENCH_PROFILES"];
const profiling =
  profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];

/**
 * Starts `onhook run` and resolves when it is ready. Disposing it kills it, or lets it write its profile and end. `heapMiB`: how
 * far its heap may grow.
 */
export async function startBenchService(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  heapMiB = 256,
): Promise<BenchService> {
  const [port = 0] = await choosePorts([undefined]);
  const child = spawn(
    process.execPath,
    [...heapLimits(heapMiB), ...profiling, mainFile, "run", ...args],
    {
      cwd: repository,
      env: { ...env, ONHOOK_HTTP_PORT: String(port), ONHOOK_LOG_LEVEL: "error" },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    },
  );
  const exited = once(child, "exit");
  const get = async (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(30_000) });

  async function isReady(): Promise<boolean> {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    try {
      return (await get("/readyz")).status === 200;
    } catch (error) {
      // Nobody listens yet.
      if (error instanceof TypeError) return false;
      throw error;
    }
  }
  while (!(await isReady())) await pause(50);

  return {
    pid: child.pid ?? 0,
    async metric(name, labels = "") {
      const lines = (await (await get("/metrics")).text()).split("\n");
      return lines
        .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
        .filter((line) => line.includes(labels))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
    },
    async [Symbol.asyncDispose]() {
      child.kill(profileFolder === undefined ? "SIGKILL" : "SIGTERM");
      await exited;
    },
  };
}
