import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { mainFile, repository } from "./e2e-program.ts";
import { recordsOf } from "./e2e-records.ts";
import { createWatch } from "./e2e-watch.ts";

/** A line of the service's log. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly msg: string;
  /** When it was read here, ms since the epoch: the service's own clock may be another one. */
  readonly seenAt: number;
};

export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** The service as a process of its own, which ends with this one. Disposing it kills it if it still runs. */
export interface ServiceProcess extends AsyncDisposable {
  readonly pid: number;
  readonly log: readonly LogLine[];
  /** What came on standard error. */
  readonly stderr: Promise<string>;
  /** Resolves with its exit status, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** The first line, past or to come, that fits. Rejects when the process ends without one. */
  line(fits: (line: LogLine) => boolean): Promise<LogLine>;
  /** The same of lines that come from now on. */
  nextLine(fits: (line: LogLine) => boolean): Promise<LogLine>;
  /** Asks the service's own HTTP. Rejects when nobody listens (any more). */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  /** Resolves once `/readyz` says so. */
  ready(): Promise<void>;
  /** Resolves once the event at this offset of the triggers' topic has taken effect in this process. */
  hasApplied(triggersOffset: number): Promise<void>;
  /** Sum of the samples of a metric that carry these labels. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** Sends a signal that does not end it, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a message over the channel that a process of Node has to the one that started it. */
  tell(message: object): void;
  /** Sends the signal and resolves as `exited`. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

function parsed(line: string): LogLine {
  try {
    return { ...(JSON.parse(line) as LogLine), seenAt: Date.now() };
  } catch {
    return { msg: line, notJson: true, seenAt: Date.now() };
  }
}

function sumOf(body: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const samples = body
    .split("\n")
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .filter((line) => wanted.every((label) => line.includes(label)));
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** Starts `onhook run`; resolves at once. `nodeArgs` are for Node itself. */
export function startService(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  nodeArgs: readonly string[] = [],
): ServiceProcess {
  const child = spawn(process.execPath, [...nodeArgs, mainFile, "run", ...args], {
    cwd: repository,
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const log: LogLine[] = [];
  const watch = createWatch();
  let ended = false;
  const stdout = child.stdout as NonNullable<typeof child.stdout>;
  const stderr = text(child.stderr as NonNullable<typeof child.stderr>);
  createInterface(stdout).on("line", (line) => {
    log.push(parsed(line));
    watch.changed();
  });
  const exited = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once("error", reject);
    // "close" comes when its output has been read to the end, too.
    child.once("close", (code, signal) => {
      ended = true;
      resolve(code ?? signal ?? "SIGKILL");
      watch.changed();
    });
  });

  async function line(fits: (line: LogLine) => boolean, from = 0): Promise<LogLine> {
    let found: LogLine | undefined;
    await watch.until(() => {
      found = log.slice(from).find(fits);
      if (found === undefined && ended)
        throw new Error(`the service ended: ${JSON.stringify(log.slice(-5))} ${child.exitCode}`);
      return found !== undefined;
    });
    return found as LogLine;
  }

  async function get(
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const { port } = await line(({ msg }) => msg === "listening");
    const response = await fetch(`http://127.0.0.1:${Number(port)}${path}`, { headers });
    return { status: response.status, body: await response.text() };
  }

  async function metric(name: string, labels = {}): Promise<number> {
    return sumOf((await get("/metrics")).body, name, labels);
  }

  const service: ServiceProcess = {
    pid: child.pid ?? 0,
    log,
    stderr,
    exited,
    line: (fits) => line(fits),
    nextLine: (fits) => line(fits, log.length),
    get,
    async ready() {
      while ((await get("/readyz")).status !== 200) await pause(20);
    },
    metric,
    async hasApplied(triggersOffset) {
      // Events are counted one by one in the order of their offsets; the markers of transactions have offsets too.
      const brokers = (env["ONHOOK_KAFKA_BROKERS"] ?? "").split(",");
      const stack = { brokers, registryUrl: env["ONHOOK_REGISTRY_URL"] ?? "" };
      const events = await recordsOf(stack, env["ONHOOK_TOPICS_TRIGGERS_NAME"] ?? "");
      const due = events.filter(({ offset }) => offset <= triggersOffset).length;
      const count = () => metric("onhook_store_events_total", { table: "triggers" });
      while ((await count()) < due) await pause(5);
    },
    signal: (signal) => void child.kill(signal),
    tell: (message) => void child.send(message),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      return await exited;
    },
    async [Symbol.asyncDispose]() {
      if (ended) return;
      child.kill("SIGKILL");
      await exited;
    },
  };
  return service;
}

/** Starts the service and resolves when it is ready. */
export async function startReadyService(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ServiceProcess> {
  const service = startService(env, args);
  await service.ready();
  return service;
}
