import { mkdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";

/** The folder itself is the lock: who made it may fill it, and it is gone when the work is done or given up. */
export interface DownloadLock {
  readonly directory: string;
  /** Ends the heartbeat; the owner removes the folder. */
  release(): void;
}

interface LockOptions {
  /** Whether somebody else has finished the work. */
  readonly done: () => Promise<boolean>;
  /** Called once when another one holds the lock. */
  readonly onWait: () => void;
  readonly signal?: AbortSignal;
  /** How long a holder may be silent before it is taken for dead; its heart beats four times in that time. */
  readonly silentMs?: number;
}

const pollMs = 100;

/**
 * Takes the lock, or resolves with undefined when `done` says yes while it waits. A holder that shows no sign of life
 * is dead: silence is measured by this process's own watching, so neither a clock that was set nor a laptop that slept
 * makes a living holder look dead.
 */
export async function takeDownloadLock(
  directory: string,
  options: LockOptions,
): Promise<DownloadLock | undefined> {
  const silentMs = options.silentMs ?? 20_000;
  await mkdir(dirname(directory), { recursive: true });
  let waited = false;
  let seen = { beat: 0, at: performance.now() };
  while (!(await made(directory))) {
    if (!waited) options.onWait();
    waited = true;
    const beat = await heartbeatOf(directory);
    if (beat !== seen.beat) seen = { beat, at: performance.now() };
    if (performance.now() - seen.at > silentMs) await removeDead(directory);
    else await sleep(pollMs, undefined, { signal: options.signal });
  }
  if (await options.done()) {
    await rm(directory, { recursive: true, force: true });
    return undefined;
  }
  return beating(directory, silentMs / 4);
}

function beating(directory: string, everyMs: number): DownloadLock {
  const timer = setInterval(() => {
    const now = new Date();
    // Whether it succeeds shows in the folder alone: who took the lock away has also taken what was in it.
    utimes(directory, now, now).catch(() => clearInterval(timer));
  }, everyMs);
  timer.unref();
  return { directory, release: () => clearInterval(timer) };
}

async function made(directory: string): Promise<boolean> {
  try {
    await mkdir(directory);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function heartbeatOf(directory: string): Promise<number> {
  return await stat(directory).then(
    ({ mtimeMs }) => mtimeMs,
    // Released between two looks: the next attempt to make it tells.
    () => 0,
  );
}

/** Renamed first: of several that wait only one gets it, and none removes the lock of the next holder piece by piece. */
async function removeDead(directory: string): Promise<void> {
  const dead = `${directory}.${randomUUID()}`;
  await rename(directory, dead).catch(() => undefined);
  await rm(dead, { recursive: true, force: true });
}
