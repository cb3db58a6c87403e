import { type ChildProcess, fork } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { OnhookError } from "../errors.ts";
import type { KeeperCommand, KeeperReport, KeptSignal } from "./keeper.ts";
import type { Env } from "./programs.ts";

export interface KeptProcess {
  readonly pid: number;
  /** Resolves, with the exit code or the signal in words, when the process is gone; never rejects. */
  readonly ended: Promise<string>;
}

interface Waiting {
  readonly started: PromiseWithResolvers<number>;
  readonly ended: PromiseWithResolvers<string>;
}

/** The parent's end of src/sandbox/keeper.ts. */
export class Keeper {
  /** Resolves when the keeper and all that it kept are gone. */
  readonly gone: Promise<void>;
  readonly #directory: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, Waiting>();

  /**
   * @param directory removed with all that is in it when the keeper ends, however that comes about
   * @param env the environment of the keeper and of all that it starts
   */
  constructor(directory: string, env: Env) {
    this.#directory = directory;
    // NODE_OPTIONS may hold what the parent alone can bear (a debugger's port, a loader).
    const { NODE_OPTIONS: _, ...rest } = env;
    this.#child = fork(fileURLToPath(new URL("keeper.ts", import.meta.url)), [directory], {
      detached: true,
      execArgv: [],
      env: rest,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#child.on("message", (message) => this.#hear(message as KeeperReport));
    const closed = Promise.withResolvers<void>();
    // "error" alone means that it never ran; "exit" that it did.
    this.#child.once("error", () => closed.resolve());
    this.#child.once("exit", () => closed.resolve());
    this.gone = closed.promise.then(async () => await this.#bury());
  }

  /**
   * Starts a program under a name that no running one has; its output is appended to the file `log`.
   * SANDBOX_CANNOT_RUN when it can't be started.
   */
  async start(name: string, command: readonly string[], log: string): Promise<KeptProcess> {
    const started = Promise.withResolvers<number>();
    const ended = Promise.withResolvers<string>();
    this.#waiting.set(name, { started, ended });
    this.#send({ do: "start", name, command, log });
    return { pid: await started.promise, ended: ended.promise };
  }

  kill(name: string, signal: KeptSignal): void {
    this.#send({ do: "kill", name, signal });
  }

  /** Kills all that is kept and removes the directory; again and again is the same as once. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.gone;
  }

  #send(command: KeeperCommand): void {
    // A send that fails means that the keeper is gone, and #bury answers all who wait.
    if (this.#child.connected) this.#child.send(command, () => undefined);
    else void this.gone.then(() => this.#answerAll());
  }

  #hear(message: KeeperReport): void {
    const waiting = this.#waiting.get(message.name);
    switch (message.did) {
      case "started":
        waiting?.started.resolve(message.pid);
        break;
      case "failed":
        waiting?.started.reject(
          new OnhookError("SANDBOX_CANNOT_RUN", { program: message.name, reason: message.why }),
        );
        break;
      case "ended":
        this.#waiting.delete(message.name);
        waiting?.ended.resolve(message.how);
        break;
      default:
        message satisfies never;
    }
  }

  /** A keeper that was itself killed -9 leaves the directory behind. */
  async #bury(): Promise<void> {
    this.#answerAll();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #answerAll(): void {
    for (const [name, { started, ended }] of this.#waiting) {
      const reason = "the process that keeps it is gone";
      started.reject(new OnhookError("SANDBOX_CANNOT_RUN", { program: name, reason }));
      ended.resolve(reason);
    }
    this.#waiting.clear();
  }
}
