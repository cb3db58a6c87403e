/**
 * Entry point of the keeper: a process of its own that runs the sandbox's Java processes for a parent that may end in any
 * way, kill -9 included. It leads its own session, so a terminal's Ctrl-C reaches the parent only, which can finish what
 * it does while its brokers still run. When the parent's channel closes, all that it keeps is killed at once (the data
 * is thrown away anyhow, a gentle end would save nothing) and the directory given as argument is removed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { rm } from "node:fs/promises";

export type KeeperCommand =
  | {
      readonly do: "start";
      readonly name: string;
      readonly command: readonly string[];
      readonly log: string;
    }
  | { readonly do: "kill"; readonly name: string; readonly signal: KeptSignal };

/** SIGSTOP and SIGCONT freeze and thaw. */
export type KeptSignal = "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT";

export type KeeperReport =
  | { readonly did: "started"; readonly name: string; readonly pid: number }
  | { readonly did: "failed"; readonly name: string; readonly why: string }
  | { readonly did: "ended"; readonly name: string; readonly how: string };

const directory = process.argv[2];
const kept = new Map<string, ChildProcess>();
let ending = false;

function report(message: KeeperReport): void {
  // A parent that is gone can't be told; the disconnect that follows from it is what counts.
  process.send?.(message, () => undefined);
}

function start(name: string, command: readonly string[], log: string): void {
  const [program = "", ...args] = command;
  let output: number;
  try {
    output = openSync(log, "a");
  } catch (error) {
    report({ did: "failed", name, why: String(error) });
    return;
  }
  // Each in a group of its own: a wrapper script is killed with what it started.
  const child = spawn(program, args, { detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  child.once("error", (error) => report({ did: "failed", name, why: error.message }));
  child.once("spawn", () => report({ did: "started", name, pid: child.pid ?? 0 }));
  child.once("exit", (code, signal) => {
    kept.delete(name);
    report({ did: "ended", name, how: signal ?? `exit code ${code}` });
    if (ending && kept.size === 0) void leave();
  });
  if (child.pid !== undefined) kept.set(name, child);
}

function kill(name: string, signal: KeptSignal): void {
  const pid = kept.get(name)?.pid;
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended by itself; its "exit" is on the way.
  }
}

function end(): void {
  if (ending) return;
  ending = true;
  if (kept.size === 0) void leave();
  for (const name of kept.keys()) kill(name, "SIGKILL");
}

async function leave(): Promise<void> {
  if (directory !== undefined) {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
  process.exit(0);
}

process.on("message", (command: KeeperCommand) => {
  if (command.do === "start") start(command.name, command.command, command.log);
  else kill(command.name, command.signal);
});
process.on("disconnect", end);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
if (!process.connected) end();
