import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A program of this folder in a process of its own, so that it takes nothing from the one that is measured. */
export interface BenchChild extends AsyncDisposable {
  /** Where it listens: base address, without a slash at its end. */
  readonly url: string;
  tell(message: string | object): void;
  /** Resolves with its answer. One question at a time. */
  ask<T>(question: string): Promise<T>;
}

/** Starts it and resolves when it listens; it ends with this process, or when disposed. */
export async function startBenchChild(program: string): Promise<BenchChild> {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "advanced",
  });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${port}`,
    tell: (message) => void child.send(message),
    async ask<T>(question: string) {
      child.send(question);
      const [answer] = (await once(child, "message")) as [T];
      return answer;
    },
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
