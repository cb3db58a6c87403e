import { OnhookError } from "../errors.ts";
import { aborted } from "../runtime/aborted.ts";
import type { Service } from "../runtime/supervisor.ts";
import { runReplay } from "./run-replay.ts";
import type { ReplayProgress } from "./run-replay.ts";
import type { ReplayDeps, ReplayTask } from "./replay-task.ts";

/** What a run is about. */
export interface RunAbout {
  /** By which its tenant names it. */
  readonly name: string;
  readonly tenantId: string;
  readonly kind: "dead" | "calls";
  readonly triggerId: string | null;
}

/** A run and how far it is. Times in ms since the epoch. */
export interface ReplayRun extends RunAbout {
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly progress: ReplayProgress;
  /** Why it failed: a code of the table of errors, and its words. */
  readonly error: string | null;
}

export interface ReplayRunsDeps extends ReplayDeps {
  /** How many run at a time. */
  readonly most: number;
  /** How many of them may be one tenant's: nobody takes all from everybody. */
  readonly mostPerTenant: number;
  /** Told of what ends a run though nothing of the kind should. */
  readonly onFault: (error: unknown) => void;
}

interface Kept {
  run: ReplayRun;
  readonly stopper: AbortController;
  ended: Promise<void>;
}

const nothing = { read: 0, end: 0, matched: 0, written: 0, skipped: 0, parts: [] };

/** Ended runs that are still told of. */
const mostKept = 200;

/**
 * Replays that run beside all else of the process, and what has become of them. Those that stop with it are stopped at the
 * end of a transaction: the same replay begun again goes on there.
 */
export class ReplayRuns implements Service {
  readonly name = "replays";
  readonly #deps: ReplayRunsDeps;
  /** By the id of the task, in the order of their begin. */
  readonly #runs = new Map<string, Kept>();
  #isOpen = false;

  constructor(deps: ReplayRunsDeps) {
    this.#deps = deps;
  }

  async run(stop: AbortSignal, kill: AbortSignal): Promise<void> {
    this.#isOpen = true;
    await aborted(stop);
    this.#isOpen = false;
    const running = [...this.#runs.values()];
    for (const { stopper } of running) stopper.abort();
    await Promise.race([Promise.all(running.map(({ ended }) => ended)), aborted(kill)]);
  }

  /**
   * Begins a replay and resolves with how it stands. `announce` comes first, with the replay's place taken already: where
   * it rejects nothing has begun. Rejects as that does, and with REPLAY_UNDER_WAY, TENANT_REPLAYS_EXCEEDED,
   * REPLAYS_EXCEEDED, or ADMIN_NOT_READY where the process is about to stop.
   */
  async start(
    about: RunAbout,
    task: ReplayTask,
    ratePerSecond: number,
    announce: () => Promise<unknown>,
  ): Promise<ReplayRun> {
    this.#assertStartable(task.id, about);
    const startedAt = this.#deps.clock.now();
    const kept: Kept = {
      run: { ...about, startedAt, endedAt: null, state: "running", progress: nothing, error: null },
      stopper: new AbortController(),
      ended: Promise.resolve(),
    };
    const before = this.#runs.get(task.id);
    this.#runs.delete(task.id);
    this.#runs.set(task.id, kept);
    const announced = announce();
    kept.ended = announced.then(
      async () => this.#follow(kept, task, ratePerSecond),
      () => undefined,
    );
    try {
      await announced;
    } catch (error) {
      if (before === undefined) this.#runs.delete(task.id);
      else this.#runs.set(task.id, before);
      throw error;
    }
    this.#forgetOldest();
    return kept.run;
  }

  /** The newest first. */
  list(tenantId: string): readonly ReplayRun[] {
    const runs = [...this.#runs.values()].map(({ run }) => run);
    return runs.filter((run) => run.tenantId === tenantId).toReversed();
  }

  get(tenantId: string, name: string): ReplayRun | undefined {
    return this.#find(tenantId, name)?.run;
  }

  /** Stops it at the end of its transaction, and resolves with what it has come to. */
  async stop(tenantId: string, name: string): Promise<ReplayRun | undefined> {
    const found = this.#find(tenantId, name);
    found?.stopper.abort();
    await found?.ended;
    return found?.run;
  }

  #assertStartable(id: string, { name, tenantId }: RunAbout): void {
    if (!this.#isOpen) throw new OnhookError("ADMIN_NOT_READY");
    const running = [...this.#runs].filter(([, { run }]) => run.state === "running");
    if (running.some(([each]) => each === id))
      throw new OnhookError("REPLAY_UNDER_WAY", { id: name });
    const { most, mostPerTenant } = this.#deps;
    const own = running.filter(([, { run }]) => run.tenantId === tenantId);
    if (own.length >= mostPerTenant)
      throw new OnhookError("TENANT_REPLAYS_EXCEEDED", { limit: mostPerTenant });
    if (running.length >= most) throw new OnhookError("REPLAYS_EXCEEDED", { limit: most });
  }

  #find(tenantId: string, name: string): Kept | undefined {
    const kept = [...this.#runs.values()];
    return kept.findLast(({ run }) => run.tenantId === tenantId && run.name === name);
  }

  async #follow(kept: Kept, task: ReplayTask, ratePerSecond: number): Promise<void> {
    const { signal } = kept.stopper;
    const tell = (progress: ReplayProgress): void => {
      kept.run = { ...kept.run, progress };
    };
    const end = (state: ReplayRun["state"], error: string | null): void => {
      kept.run = { ...kept.run, state, error, endedAt: this.#deps.clock.now() };
    };
    try {
      const { read, end: all } = await runReplay(
        { ...task, ratePerSecond },
        this.#deps,
        signal,
        tell,
      );
      end(signal.aborted && (read < all || all === 0) ? "stopped" : "done", null);
    } catch (error) {
      end("failed", this.#told(error));
    }
  }

  #told(error: unknown): string {
    if (error instanceof OnhookError) return `${error.code}: ${error.message}`;
    this.#deps.onFault(error);
    return "FAULT: a fault of Onhook; its log has the cause";
  }

  #forgetOldest(): void {
    for (const [id, { run }] of this.#runs) {
      if (this.#runs.size <= mostKept) return;
      if (run.state !== "running") this.#runs.delete(id);
    }
  }
}
