import { OnhookError } from "../errors.ts";
import type { StoreTable } from "../triggers/store-events.ts";
import type { AuditedWriter, Change } from "./audited-writer.ts";

/** Port: tells how far the local store has read. */
export interface Applied {
  /** Resolves when the event at that offset was taken on, or `signal` is aborted. */
  applied(table: StoreTable, offset: number, signal: AbortSignal): Promise<void>;
}

export interface PublisherDeps {
  readonly store: Applied;
  readonly writer: AuditedWriter;
  readonly topics: Readonly<Record<StoreTable, string>>;
  /** How long an event may take to be readable back, in ms. */
  readonly confirmMs: number;
}

/** Writes events of the configuration topics so that the next reader of this process sees them. */
export class Publisher {
  readonly #deps: PublisherDeps;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  /**
   * Writes one, with who made it, and resolves with its offset once it is applied here. Rejects as `write`, and with
   * CONFIG_UNCONFIRMED where it was written and was not read back in time.
   */
  async publish(
    table: StoreTable,
    key: string,
    value: Buffer | null,
    change: Change,
  ): Promise<number> {
    const { offset, isApplied } = await this.write(table, key, value, change);
    const topic = this.#deps.topics[table];
    if (!isApplied) throw new OnhookError("CONFIG_UNCONFIRMED", { topic, offset });
    return offset;
  }

  /**
   * The same, but resolves where it was not read back in time, too: for who has to go on from where it stands. Rejects as
   * an AuditedWriter does.
   */
  async write(
    table: StoreTable,
    key: string,
    value: Buffer | null,
    change: Change,
  ): Promise<{ readonly offset: number; readonly isApplied: boolean }> {
    const { store, writer, topics, confirmMs } = this.#deps;
    const [at] = await writer.write([{ topic: topics[table], key, value }], change);
    if (at === undefined) throw new TypeError("A writer told no place");
    const limit = AbortSignal.timeout(confirmMs);
    await store.applied(table, at.offset, limit);
    return { offset: at.offset, isApplied: !limit.aborted };
  }
}
