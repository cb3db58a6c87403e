import type { RecordCodec } from "../avro/record-codec.ts";
import { OnhookError } from "../errors.ts";
import type { LogRecord } from "../log/log-record.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import { TableProgress } from "../triggers/table-progress.ts";
import type { AccessEvent } from "./access-events.ts";
import type { ApiToken } from "./api-token.ts";
import { checkToken } from "./check-token.ts";
import type { CheckedToken } from "./check-token.ts";

export interface TokenTableDeps {
  readonly codec: Pick<RecordCodec<ApiToken>, "decode">;
  readonly clock: Clock;
  readonly emit: Emit<AccessEvent>;
}

/**
 * The tokens that count, as the compacted topic has them: whatever its newest record of a key says. Unlike a trigger's,
 * an event that can't be used leaves no earlier version in force: after the next compaction that would be gone, and
 * a token must not come and go with restarts.
 */
export class TokenTable {
  readonly #deps: TokenTableDeps;
  readonly #byId = new Map<string, ApiToken>();
  readonly #progress: TableProgress;

  constructor(deps: TokenTableDeps) {
    this.#deps = deps;
    this.#progress = new TableProgress(deps.clock);
  }

  /** Takes on one event. Rejects only with what trying again can mend. */
  async apply({ key: bytes, value, offset }: LogRecord): Promise<void> {
    const key = bytes?.toString("utf8") ?? "";
    const checked = value === null ? null : await this.#read(key, value);
    const about = { type: "token.applied", key, offset } as const;
    if (checked !== null && "token" in checked) this.#byId.set(key, checked.token);
    else this.#byId.delete(key);
    this.#progress.takenOn(offset);
    if (checked === null) this.#deps.emit({ ...about, result: "deleted" });
    else if ("token" in checked) this.#deps.emit({ ...about, result: "applied" });
    else this.#deps.emit({ ...about, result: "refused", problems: checked.problems });
  }

  /** How far the topic was read, and how far it goes. */
  position(position: number, end: number): void {
    this.#progress.moved(position, end);
  }

  /** The topic was once read up to its end: a token that is not here is not there. */
  get caughtUp(): boolean {
    return this.#progress.caughtUp;
  }

  async whenCaughtUp(signal: AbortSignal): Promise<void> {
    await this.#progress.until(() => this.caughtUp, signal);
  }

  /** Resolves when the event at that offset was taken on, or `signal` is aborted. */
  async applied(offset: number, signal: AbortSignal): Promise<void> {
    await this.#progress.until(() => this.#progress.applied >= offset, signal);
  }

  get(tokenId: string): ApiToken | undefined {
    return this.#byId.get(tokenId);
  }

  /** In no order. */
  all(): readonly ApiToken[] {
    return [...this.#byId.values()];
  }

  async #read(key: string, value: Buffer): Promise<CheckedToken> {
    try {
      return checkToken(key, await this.#deps.codec.decode(value));
    } catch (error) {
      if (!(error instanceof OnhookError) || error.retryable) throw error;
      return { problems: [`${error.code}: ${error.message}`] };
    }
  }
}
