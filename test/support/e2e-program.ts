import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The program's entry. */
export const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
export const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface Ended {
  /** The exit status, or the signal that ended it. */
  readonly status: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that has not ended by then never will. */
const longestMs = 60_000;

/** Runs one command of the program to its end, as a shell would. */
export async function runProgram(
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly stdin?: string },
): Promise<Ended> {
  const child = spawn(process.execPath, [mainFile, ...args], {
    cwd: repository,
    env: options.env,
    stdio: ["pipe", "pipe", "pipe"],
    timeout: longestMs,
    killSignal: "SIGKILL",
  });
  // A command that does not read its input may be gone before it is written.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { status: code ?? signal ?? "SIGKILL", stdout, stderr };
}

/** The same where it has to succeed; gives what it printed. */
export async function mustRun(
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly stdin?: string },
): Promise<string> {
  const { status, stdout, stderr } = await runProgram(args, options);
  if (status !== 0)
    throw new Error(`onhook ${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
