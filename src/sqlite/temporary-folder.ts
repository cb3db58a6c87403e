import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HistoryEvent } from "../history/history-events.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { Service } from "../runtime/supervisor.ts";

const prefix = "history-of-onhook-";

/** How often a process says that it still needs its folder, and after which silence it has died without removing it. */
const touchEveryMs = 600_000;
const abandonedMs = 6 * touchEveryMs;

/** A folder for a history that goes with the process. Others can't look into it. What it can't remove it tells. */
export class TemporaryFolder implements Service, Disposable {
  readonly name = "history's temporary folder";
  readonly #clock: Clock;
  readonly #emit: Emit<HistoryEvent>;
  #path: string | null = null;

  constructor(clock: Clock, emit: Emit<HistoryEvent>) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Where it is; it is made where it is not there. Throws the file system's error, and can be asked again. */
  make(): string {
    if (this.#path === null || !existsSync(this.#path)) {
      this.#tell(() => removeAbandoned(this.#clock.now()));
      this.#path = mkdtempSync(join(tmpdir(), prefix));
    }
    return this.#path;
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      this.#touch();
      await pause(this.#clock, touchEveryMs, stop);
    }
  }

  #touch(): void {
    if (this.#path === null) return;
    const now = new Date(this.#clock.now());
    try {
      utimesSync(this.#path, now, now);
    } catch {
      // Somebody has removed the folder: the history says so as soon as it writes, and nothing else depends on it.
    }
  }

  [Symbol.dispose](): void {
    const path = this.#path;
    if (path !== null) this.#tell(() => rmSync(path, { recursive: true, force: true }));
  }

  /** What is left behind is in nobody's way until the disk is full. */
  #tell(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#emit({ type: "history.write-failed", error });
    }
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
