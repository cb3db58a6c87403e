import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { OnhookError } from "../errors.ts";
import type { CommandContext } from "./context.ts";

/** The service of a demo: a process of its own, which is started again when somebody kills it. */
export interface DemoService extends AsyncDisposable {
  readonly pid: number | undefined;
}

export interface DemoServiceOptions {
  /** Settings for the service, as variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Told when the process ended by itself, in words, and which one has taken its place. */
  readonly replaced: (how: string, former: number | undefined, pid: number | undefined) => void;
}

/** It must not be started again and again where it can't work: this many ends in a row before it was ever ready are enough. */
const maxEarlyEnds = 3;
const earlyMs = 5_000;

/**
 * Starts `onhook run`. The channel between the two processes ends the service when this one ends, however it ends.
 * `failed` rejects with DEMO_SERVICE when the service does not stay up.
 */
export function startDemoService(
  context: CommandContext,
  options: DemoServiceOptions,
): DemoService & { failed: Promise<never> } {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, "w");
  const { promise: failed, reject } = Promise.withResolvers<never>();
  let stopping = false;
  let earlyEnds = 0;
  let child = start();

  function start(): ChildProcess {
    const startedAt = Date.now();
    const { node, main } = context.self;
    const started = spawn(node, [main, "run"], {
      env: { ...context.env, ...options.env },
      stdio: ["ignore", log, log, "ipc"],
      // Out of reach of the terminal's Ctrl-C: the demo lets what is on its way arrive first.
      detached: true,
    });
    started.on("exit", (code, signal) => {
      if (stopping) return;
      earlyEnds = Date.now() - startedAt < earlyMs && signal === null ? earlyEnds + 1 : 0;
      if (earlyEnds >= maxEarlyEnds) {
        reject(new OnhookError("DEMO_SERVICE", { log: options.logFile }));
        return;
      }
      child = start();
      options.replaced(signal ?? `exit status ${code}`, started.pid, child.pid);
    });
    return started;
  }

  return {
    failed,
    get pid() {
      return child.pid;
    },
    async [Symbol.asyncDispose]() {
      stopping = true;
      const ended = new Promise<void>((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) resolve();
        child.once("exit", () => resolve());
      });
      child.kill("SIGTERM");
      await ended;
      closeSync(log);
    },
  };
}
