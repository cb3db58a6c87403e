import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ChangeRecord } from "../history/change-record.ts";
import type {
  CallToKeep,
  FeedBatch,
  ForgetOrder,
  Forgotten,
  Position,
  StoreSize,
} from "../history/history-store.ts";
import { AttemptWriter } from "./attempt-writer.ts";
import { bytesOf, openForWriting } from "./database-file.ts";
import { Forgetting } from "./forgetting.ts";
import { idKey, packId } from "./packed-id.ts";
import { placeIndex } from "./schema.ts";
import { Texts } from "./texts.ts";

export interface WriterOptions {
  readonly file: string;
  /** False: calls that were kept before are forgotten at once. */
  readonly keepsCalls: boolean;
}

/** What there was in the file. */
export interface Opened {
  readonly positions: readonly Position[];
  readonly size: StoreSize;
}

/** Writes the history: one connection, in a thread of its own. Everything throws SQLite's error when it fails. */
export class HistoryWriter {
  readonly #file: string;
  readonly #db: DatabaseSync;
  readonly #texts: Texts;
  readonly #attempts: AttemptWriter;
  readonly #forgetting: Forgetting;
  readonly #change: StatementSync;
  readonly #call: StatementSync;
  readonly #position: StatementSync;
  readonly #size: StatementSync;
  readonly opened: Opened;

  constructor({ file, keepsCalls }: WriterOptions) {
    const db = openForWriting(file);
    this.#file = file;
    this.#db = db;
    this.#texts = new Texts(db);
    this.#attempts = new AttemptWriter(db, this.#texts);
    this.#forgetting = new Forgetting(db);
    this.#change = db.prepare(
      "INSERT INTO changes (change_id, at, tenant, trigger_id, record) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#call = db.prepare(
      "INSERT INTO calls (cdr_key, tenant, cdr, cdr_partition, cdr_offset, timestamp, value) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#position = db.prepare(
      "INSERT INTO positions VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next",
    );
    this.#size = db.prepare("SELECT deliveries, attempts FROM size");
    db.exec(keepsCalls ? placeIndex.make : `DELETE FROM calls; ${placeIndex.drop}`);
    const positions = db.prepare("SELECT topic, partition, next FROM positions").all();
    // Rows have no prototype, and come to the other thread as they are.
    this.opened = {
      positions: positions as unknown as readonly Position[],
      size: this.size(),
    };
  }

  /** All of it in one transaction, or nothing. */
  feed(batches: readonly FeedBatch[]): StoreSize {
    return this.#inTransaction(() => {
      this.#attempts.begin();
      for (const { topic, partition, next, attempts, changes, calls } of batches) {
        for (const attempt of attempts) this.#attempts.take(attempt);
        for (const change of changes) this.#takeChange(change);
        for (const call of calls) this.#takeCall(call);
        this.#position.run(topic, partition, next);
      }
      this.#attempts.end();
    });
  }

  forget(order: ForgetOrder): Forgotten & { readonly size: StoreSize } {
    let forgotten: Forgotten = { deliveries: 0, reason: "age", isDone: true };
    const size = this.#inTransaction(() => void (forgotten = this.#forgetting.forget(order)));
    this.#forgetting.giveBack(order);
    return { ...forgotten, size };
  }

  size(): StoreSize {
    const { deliveries, attempts } = this.#size.get() as Omit<StoreSize, "bytes">;
    return { deliveries, attempts, bytes: bytesOf(this.#file) };
  }

  close(): void {
    this.#db.close();
  }

  #inTransaction(work: () => void): StoreSize {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#texts.forget();
      // Some failures end the transaction by themselves.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
    return this.size();
  }

  #takeChange(change: ChangeRecord): void {
    const { changeId, at, tenantId, triggerId } = change;
    const tenant = this.#texts.idOrNull(tenantId);
    const trigger = this.#texts.idOrNull(triggerId);
    this.#change.run(changeId, at, tenant, trigger, JSON.stringify(change));
  }

  #takeCall({ tenantId, cdrId, partition, offset, timestamp, value }: CallToKeep): void {
    const tenant = this.#texts.idOf(tenantId);
    this.#call.run(idKey(cdrId), tenant, packId(cdrId), partition, offset, timestamp, value);
  }
}
