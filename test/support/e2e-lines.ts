import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { mainFile, repository } from "./e2e-program.ts";
import { createWatch } from "./e2e-watch.ts";

/** A command that runs until it is stopped, as a person at a terminal runs it: with no channel to this process. */
export interface LastingProgram extends AsyncDisposable {
  readonly lines: readonly string[];
  readonly stderr: Promise<string>;
  /** The first line, past or to come, that matches. Rejects when the program ends without one. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends the signal and resolves with the exit status, or the signal that ended it. */
  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** Nothing here lasts so long; what hangs must not outlive the tests. */
const longestMs = 110_000;

export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  timeout = longestMs,
): LastingProgram {
  const child = spawn(process.execPath, [mainFile, ...args], {
    cwd: repository,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout,
    killSignal: "SIGKILL",
  });
  const lines: string[] = [];
  const watch = createWatch();
  let ended = false;
  createInterface(child.stdout).on("line", (line) => {
    lines.push(line);
    watch.changed();
  });
  const stderr = text(child.stderr);
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("close", (code, signal) => {
      ended = true;
      resolve(code ?? signal ?? "SIGKILL");
      watch.changed();
    });
  });
  return {
    lines,
    stderr,
    async line(pattern) {
      let found: RegExpExecArray | null = null;
      await watch.until(() => {
        found = lines.map((line) => pattern.exec(line)).find((each) => each !== null) ?? null;
        if (found === null && ended)
          throw new Error(`it ended after: ${lines.slice(-5).join("\n")}`);
        return found !== null;
      });
      return found as unknown as RegExpExecArray;
    },
    async stop(signal) {
      child.kill(signal);
      return await exited;
    },
    async [Symbol.asyncDispose]() {
      if (ended) return;
      child.kill("SIGKILL");
      await exited;
    },
  };
}
