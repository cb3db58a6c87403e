import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent } from "undici";
import { OnhookError } from "../errors.ts";
import { pause, steadyClock } from "../runtime/clock.ts";
import { choosePorts } from "../sandbox/free-ports.ts";
import { untilStopped } from "./until-stopped.ts";

/** Sum of the samples of a metric, of those whose labels contain `labels` as they are written. */
export type Metric = (name: string, labels?: string) => number;

/** The service as a process that says nothing unless something is wrong: its log would cost what is measured. */
export interface ServiceProcess extends AsyncDisposable {
  readonly pid: number;
  /** What its metrics are now. Rejects with BENCH_PROCESS when it has ended, COMMAND_STOPPED when it is stopped. */
  metrics(): Promise<Metric>;
  /** One of them. */
  metric(...of: Parameters<Metric>): Promise<number>;
}

export interface ServiceOptions {
  /** How to start this program: Node and the path of main.ts. */
  readonly self: { readonly node: string; readonly main: string };
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly roles: readonly string[];
  /** How far its heap may grow, in MiB, where NODE_OPTIONS does not say; 256 where it is left out. */
  readonly heapMiB?: number;
  /** For Node itself, besides the limits of its heap. */
  readonly nodeArgs?: readonly string[];
  /** What ends it when it is disposed; SIGTERM where its groups have to be empty afterwards. */
  readonly endedBy: "SIGTERM" | "SIGKILL";
  readonly signal: AbortSignal;
}

/** As docs/operations.md advises: without a limit Node lets its heap grow with what the machine has, not with what it needs. */
const heapLimits = (heapMiB: number): string[] => [
  `--max-old-space-size=${heapMiB}`,
  "--max-semi-space-size=16",
];

/** How long a stop may take before it is killed, in ms: longer than a request may. */
const stopPatienceMs = 30_000;
const readyPatienceMs = 120_000;
const lookMs = 50;
const endKnownMs = 1000;

const isRefused = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ECONNREFUSED";

/** Reads the text of `/metrics`. */
export function metricOf(text: string): Metric {
  const lines = text.split("\n");
  return (name, labels = "") =>
    lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .filter((line) => line.includes(labels))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

function spawnService(options: ServiceOptions, port: number): ChildProcess {
  const { self, env, roles, heapMiB = 256, nodeArgs = [] } = options;
  // Whoever has set one wants it measured so.
  const limits = env["NODE_OPTIONS"]?.includes("--max-old-space-size") ? [] : heapLimits(heapMiB);
  const args = [...limits, ...nodeArgs, self.main, "run", "--roles", roles.join(",")];
  return spawn(self.node, args, {
    env: {
      ...env,
      ONHOOK_HTTP_HOST: "127.0.0.1",
      ONHOOK_HTTP_PORT: String(port),
      ONHOOK_LOG_LEVEL: "error",
    },
    // What goes wrong is no part of the figures. The channel ends it with this process.
    stdio: ["ignore", 2, 2, "ipc"],
    // Out of reach of the terminal's Ctrl-C: whoever started it tells it when to end.
    detached: true,
  });
}

/** One process of the service, and how to ask it. */
class RunningService implements ServiceProcess {
  readonly #options: ServiceOptions;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #origin: string;
  readonly #exited: Promise<unknown>;
  readonly #agent = new Agent({ connections: 1 });

  constructor(options: ServiceOptions, port: number) {
    this.#options = options;
    this.#name = `run --roles ${options.roles.join(",")}`;
    this.#child = spawnService(options, port);
    this.#origin = `http://127.0.0.1:${port}`;
    this.#exited = once(this.#child, "exit");
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async metrics(): Promise<Metric> {
    return metricOf((await this.#get("/metrics")).body);
  }

  async metric(...of: Parameters<Metric>): Promise<number> {
    return (await this.metrics())(...of);
  }

  async untilReady(): Promise<void> {
    const giveUpAt = steadyClock.now() + readyPatienceMs;
    while (!(await this.#isReady())) {
      if (steadyClock.now() > giveUpAt) throw this.#failure("it does not get ready");
      await pause(steadyClock, lookMs, this.#options.signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) child.kill(this.#options.endedBy);
    const late = setTimeout(() => child.kill("SIGKILL"), stopPatienceMs);
    await this.#exited;
    clearTimeout(late);
    await this.#agent.destroy();
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await this.#get("/readyz")).status === 200;
    } catch (error) {
      // Nobody listens yet.
      if (isRefused(error)) return false;
      throw error;
    }
  }

  async #get(path: string): Promise<{ readonly status: number; readonly body: string }> {
    const answered = Promise.race([this.#ask(path), this.#died()]);
    return await untilStopped(this.#options.signal, answered);
  }

  async #ask(path: string): Promise<{ readonly status: number; readonly body: string }> {
    try {
      const asked = { origin: this.#origin, path, method: "GET" } as const;
      const { statusCode, body } = await this.#agent.request(asked);
      return { status: statusCode, body: await body.text() };
    } catch (error) {
      // A connection breaks before it is known that the process has ended, which is the better thing to say.
      if (!isRefused(error)) await pause(steadyClock, endKnownMs, this.#options.signal);
      throw error;
    }
  }

  async #died(): Promise<never> {
    await this.#exited;
    const { exitCode, signalCode } = this.#child;
    throw this.#failure(`it ended (${signalCode ?? exitCode})`);
  }

  #failure(problem: string): OnhookError {
    return new OnhookError("BENCH_PROCESS", { name: this.#name, problem });
  }
}

/** Starts `onhook run` and resolves when it is ready. Rejects with BENCH_PROCESS when it does not get there. */
export async function startServiceProcess(options: ServiceOptions): Promise<ServiceProcess> {
  const [port = 0] = await choosePorts([undefined]);
  const service = new RunningService(options, port);
  try {
    await service.untilReady();
    return service;
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
}
