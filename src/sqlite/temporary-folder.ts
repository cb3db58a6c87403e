import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Service } from "../runtime/supervisor.ts";

const prefix = "history-of-onhook-";

/** How often a process says that it still needs its folder, and after which silence it has died without removing it. */
const touchEveryMs = 600_000;
const abandonedMs = 6 * touchEveryMs;

/** A folder for a history that goes with the process. Others can't look into it. */
export class TemporaryFolder implements Service, Disposable {
  readonly name = "history's temporary folder";
  readonly path: string;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    removeAbandoned(clock.now());
    this.path = mkdtempSync(join(tmpdir(), prefix));
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      this.#touch();
      await pause(this.#clock, touchEveryMs, stop);
    }
  }

  #touch(): void {
    const now = new Date(this.#clock.now());
    try {
      utimesSync(this.path, now, now);
    } catch {
      // Somebody has removed the folder: the history says so as soon as it writes, and nothing else depends on it.
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A process that is killed again and again must not fill the disk with what it leaves behind. */
function removeAbandoned(now: number): void {
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name);
    if (!name.startsWith(prefix)) continue;
    try {
      if (statSync(path).mtimeMs < now - abandonedMs)
        rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's, or another process has just removed it.
    }
  }
}
