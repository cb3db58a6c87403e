import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { OnhookError } from "../errors.ts";
import { untilStopped } from "./until-stopped.ts";
import type { WorkerAnswer, WorkerTask } from "./worker-task.ts";

/** A process of its own that does one thing of a benchmark, so that it takes nothing from what is measured. */
export interface WorkerProcess extends AsyncDisposable {
  /** Resolves with the answer. Rejects with BENCH_PROCESS when it fails or ends, COMMAND_STOPPED when it is stopped. */
  ask<T>(message: object): Promise<T>;
}

/** Harmless, and once a request: kafkajs computes a timer below zero on Node 24 and later. */
const nodeArgs = ["--disable-warning=TimeoutNegativeWarning"];

/** Starts it; it ends with this process, when disposed, or when `signal` is aborted. One question at a time. */
export function startWorker(task: WorkerTask["task"], signal: AbortSignal): WorkerProcess {
  const child = fork(fileURLToPath(new URL("worker.ts", import.meta.url)), {
    execArgv: nodeArgs,
    // What it has to say is no part of the figures.
    stdio: ["ignore", 2, 2, "ipc"],
    serialization: "advanced",
    // Out of reach of the terminal's Ctrl-C: whoever started it tells it when to end.
    detached: true,
  });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;

  async function died(): Promise<never> {
    const [code, killedBy] = await exited;
    throw new OnhookError("BENCH_PROCESS", {
      name: task,
      problem: `it ended (${killedBy ?? code})`,
    });
  }

  return {
    async ask<T>(message: object) {
      const answered = once(child, "message") as Promise<[WorkerAnswer]>;
      child.send(message);
      const [answer] = await untilStopped(signal, Promise.race([answered, died()]));
      if ("failed" in answer)
        throw new OnhookError("BENCH_PROCESS", { name: task, problem: answer.failed });
      return answer.done as T;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Has a worker do one task to its end, and resolves with what came of it. */
export async function workOut<T>(task: WorkerTask, signal: AbortSignal): Promise<T> {
  await using worker = startWorker(task.task, signal);
  return await worker.ask<T>(task);
}
