import { OnhookError } from "../errors.ts";
import type { HistoryEvent, HistoryQuery, RebuildReason } from "../history/history-events.ts";
import type {
  FeedBatch,
  ForgetOrder,
  Forgotten,
  HistoryStore,
  OpenHistory,
  StoreSize,
} from "../history/history-store.ts";
import type { ChangeQuery, DeliveryQuery, KeptCall, TallyQuery } from "../history/history.ts";
import { steadyClock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import { ThreadLink } from "./thread-link.ts";
import type { ReaderCalls, WriterCalls } from "./thread-messages.ts";

export interface SqliteHistoryOptions {
  /** Or what says where it is to be, which is asked each time that it is opened, and may throw the file system's error. */
  readonly file: string | (() => string);
  readonly keepsCalls: boolean;
}

/** The threads of a file that is open, and whether it was found to be damaged. */
interface Opening {
  readonly writer: ThreadLink;
  readonly reader: ThreadLink;
  readonly damage: AbortController;
}

const isDamage = (error: unknown): boolean =>
  error instanceof OnhookError && error.code === "HISTORY_DAMAGED";

/**
 * The history in a file of SQLite's, written by one thread and read by another: queries don't wait for what is fed, and
 * neither keeps this thread waiting.
 */
export class SqliteHistory implements HistoryStore {
  readonly #options: SqliteHistoryOptions;
  readonly #emit: Emit<HistoryEvent>;
  #opening: Opening | null = null;
  #isDamaged = false;
  /** Why the file is made anew, for as long as it could not be opened. */
  #rebuild: RebuildReason | null = null;
  #size: StoreSize = { attempts: 0, deliveries: 0, bytes: 0 };

  constructor(options: SqliteHistoryOptions, emit: Emit<HistoryEvent>) {
    this.#options = options;
    this.#emit = emit;
  }

  get size(): StoreSize {
    return this.#size;
  }

  async open(): Promise<OpenHistory> {
    await this.close();
    const { keepsCalls } = this.#options;
    const file = this.#place();
    const opening: Opening = {
      writer: new ThreadLink({ role: "write", file, keepsCalls }),
      reader: new ThreadLink({ role: "read", file }),
      damage: new AbortController(),
    };
    try {
      await this.#clearPlace(opening);
      const { positions, size } = await this.#write(opening, "open");
      this.#emit({ type: "history.opened", rebuild: this.#rebuild, deliveries: size.deliveries });
      this.#rebuild = null;
      this.#size = size;
      this.#opening = opening;
      return { positions, lost: AbortSignal.any([opening.damage.signal, opening.writer.ended]) };
    } catch (error) {
      await opening.writer.close();
      throw error;
    }
  }

  async feed(batches: readonly FeedBatch[]): Promise<void> {
    this.#size = await this.#write(this.#opened(), "feed", batches);
  }

  async forget(order: ForgetOrder): Promise<Forgotten> {
    const { size, ...forgotten } = await this.#write(this.#opened(), "forget", order);
    this.#size = size;
    return forgotten;
  }

  deliveries(query: DeliveryQuery): ReturnType<HistoryStore["deliveries"]> {
    return this.#query("deliveries", "deliveries", query);
  }

  delivery(tenantId: string, jobId: string): ReturnType<HistoryStore["delivery"]> {
    return this.#query("delivery", "delivery", tenantId, jobId);
  }

  tallies(query: TallyQuery): ReturnType<HistoryStore["tallies"]> {
    return this.#query("tallies", "tallies", query);
  }

  changes(query: ChangeQuery): ReturnType<HistoryStore["changes"]> {
    return this.#query("changes", "changes", query);
  }

  async keptCall(tenantId: string, cdrId: string): Promise<KeptCall | null> {
    const kept = await this.#query("kept-call", "keptCall", tenantId, cdrId);
    if (kept === null) return null;
    const { buffer, byteOffset, byteLength } = kept.value;
    return { ...kept, value: Buffer.from(buffer, byteOffset, byteLength) };
  }

  /** Ends both threads; whoever asks then is told that it is closed. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    await opening?.reader.close();
    await opening?.writer.close();
  }

  #place(): string {
    const { file } = this.#options;
    if (typeof file === "string") return file;
    try {
      return file();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw new OnhookError("HISTORY_UNAVAILABLE", { problem }, { cause: error });
    }
  }

  #opened(): Opening {
    if (this.#opening === null)
      throw new OnhookError("HISTORY_UNAVAILABLE", { problem: "it is not open" });
    return this.#opening;
  }

  /** What is damaged is gone with this, even where the new file can't be made: whatever a further try finds is not it. */
  async #clearPlace(opening: Opening): Promise<void> {
    const { rebuild, movedTo } = await this.#write(opening, "clearPlace", this.#isDamaged);
    this.#isDamaged = false;
    this.#rebuild ??= rebuild;
    if (rebuild !== null && movedTo !== null)
      this.#emit({ type: "history.moved-aside", reason: rebuild, to: movedTo });
  }

  async #write<Name extends keyof WriterCalls>(
    opening: Opening,
    name: Name,
    ...given: Parameters<WriterCalls[Name]>
  ): Promise<ReturnType<WriterCalls[Name]>> {
    const asked = opening.writer.ask(name, given);
    return (await this.#watched(opening, asked)) as ReturnType<WriterCalls[Name]>;
  }

  async #query<Name extends keyof ReaderCalls>(
    query: HistoryQuery,
    name: Name,
    ...given: Parameters<ReaderCalls[Name]>
  ): Promise<ReturnType<ReaderCalls[Name]>> {
    const begin = steadyClock.now();
    try {
      const opening = this.#opened();
      const asked = opening.reader.ask(name, given);
      return (await this.#watched(opening, asked)) as ReturnType<ReaderCalls[Name]>;
    } catch (error) {
      if (!(error instanceof OnhookError) || error.code !== "CURSOR_INVALID")
        this.#emit({ type: "history.query-failed", query, error });
      throw error;
    } finally {
      this.#emit({ type: "history.queried", query, seconds: (steadyClock.now() - begin) / 1000 });
    }
  }

  /** Whoever finds damage says so to all. */
  async #watched<T>({ damage }: Opening, asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      if (isDamage(error)) {
        this.#isDamaged = true;
        damage.abort(error);
      }
      throw error;
    }
  }
}
