import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OnhookError } from "../errors.ts";
import type { Keeper } from "./keeper-process.ts";
import { waitUntil } from "./readiness.ts";

export interface JavaPartSpec {
  /** Name of the process and of its log file in the data directory, such as "kafka-1". */
  readonly name: string;
  /** Words of the command line. */
  readonly command: readonly string[];
  /** Run once, to its end, before the first start. */
  readonly prepare?: readonly string[];
  readonly answers: () => Promise<boolean>;
}

export interface JavaPartDeps {
  readonly keeper: Keeper;
  readonly dataDir: string;
  /** Told when the process ends after it answered and nobody asked it to. */
  readonly onDeath: (error: OnhookError) => void;
}

const startSeconds = 60;
const tailLines = 12;

interface Run {
  readonly pid: number;
  readonly ended: Promise<string>;
  /** Set when somebody asks for the end of this run; a later run has a flag of its own. */
  wanted: boolean;
}

/** One Java process of the sandbox: a broker or the registry. */
export class JavaPart {
  readonly #deps: JavaPartDeps;
  readonly #spec: JavaPartSpec;
  #run: Run | undefined;
  #prepared = false;

  constructor(deps: JavaPartDeps, spec: JavaPartSpec) {
    this.#deps = deps;
    this.#spec = spec;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#run?.pid;
  }

  /**
   * Resolves when it answers; does nothing when it already runs. SANDBOX_DIED when it ends instead, SANDBOX_SLOW when it
   * does not answer in a minute, the signal's reason when that comes first.
   */
  async start(signal?: AbortSignal): Promise<void> {
    if (this.#run !== undefined) return;
    if (!this.#prepared) await this.#prepare();
    const { keeper } = this.#deps;
    const { pid, ended } = await keeper.start(this.#spec.name, this.#spec.command, this.#log);
    const run: Run = { pid, ended, wanted: false };
    this.#run = run;
    const death = ended.then(async (how) => {
      this.#run = undefined;
      return await this.#died(how);
    });
    await this.#untilItAnswers(death, signal);
    void this.#tellOf(run, death);
  }

  /** Resolves when the process is gone; its data stay. */
  async stop(how: "SIGTERM" | "SIGKILL"): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    run.wanted = true;
    this.#deps.keeper.kill(this.#spec.name, how);
    await run.ended;
  }

  /** It stands still, its connections open, until it is thawed: to others it is a machine that does not answer. */
  freeze(): void {
    this.#deps.keeper.kill(this.#spec.name, "SIGSTOP");
  }

  thaw(): void {
    this.#deps.keeper.kill(this.#spec.name, "SIGCONT");
  }

  /** From now on its end is wanted. */
  letGo(): void {
    if (this.#run !== undefined) this.#run.wanted = true;
  }

  get #log(): string {
    return join(this.#deps.dataDir, `${this.#spec.name}.log`);
  }

  async #prepare(): Promise<void> {
    if (this.#spec.prepare !== undefined) {
      const { keeper } = this.#deps;
      const run = await keeper.start(`${this.#spec.name}-prepare`, this.#spec.prepare, this.#log);
      const how = await run.ended;
      if (how !== "exit code 0") throw await this.#died(how);
    }
    this.#prepared = true;
  }

  async #untilItAnswers(death: Promise<OnhookError>, signal: AbortSignal | undefined) {
    const settled = new AbortController();
    const deadline = AbortSignal.timeout(startSeconds * 1000);
    const signals = [settled.signal, deadline, ...(signal === undefined ? [] : [signal])];
    const answering = waitUntil(this.#spec.answers, AbortSignal.any(signals)).catch(
      async (error: unknown) => {
        if (!deadline.aborted || signal?.aborted === true) throw error;
        throw await this.#slow();
      },
    );
    const dead = await Promise.race([answering, death]).finally(() => settled.abort());
    if (dead !== undefined) {
      await answering.catch(() => undefined);
      throw dead;
    }
  }

  async #tellOf(run: Run, death: Promise<OnhookError>): Promise<void> {
    const error = await death;
    if (!run.wanted) this.#deps.onDeath(error);
  }

  async #died(how: string): Promise<OnhookError> {
    const log = await this.#tail();
    return new OnhookError("SANDBOX_DIED", { part: this.#spec.name, how, log });
  }

  async #slow(): Promise<OnhookError> {
    const log = await this.#tail();
    return new OnhookError("SANDBOX_SLOW", { part: this.#spec.name, seconds: startSeconds, log });
  }

  async #tail(): Promise<string> {
    // The log goes with the data directory when the keeper is the one that died.
    const text = await readFile(this.#log, "utf8").catch((error: unknown) => String(error));
    return text.trimEnd().split("\n").slice(-tailLines).join("\n");
  }
}
