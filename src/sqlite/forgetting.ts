import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ForgetOrder, Forgotten } from "../history/history-store.ts";
import { logBytes } from "./database-file.ts";
import { forgetParts } from "./parts.ts";
import { hourMs } from "./tally-writer.ts";

/** Deliveries that go at a time: some milliseconds in which nothing is fed. */
const atATime = 500;

/** Once too much is there, it is brought below this part of what may be, so that it is not at the limit all the time. */
const broughtTo = 0.95;

/** Pages that are given back to the file system at a time. */
const pagesAtATime = 2000;

interface OldRow {
  readonly id: number;
  readonly last_at: number;
  readonly attempts: number;
  readonly cdr_partition: number;
  readonly cdr_offset: number;
}

/** Deletes what is too old or too much, the oldest first, a little at a time. */
export class Forgetting {
  readonly #oldest: StatementSync;
  readonly #delivery: StatementSync;
  readonly #attempts: StatementSync;
  readonly #call: StatementSync;
  readonly #tallies: StatementSync;
  readonly #changes: StatementSync;
  readonly #parts: StatementSync;
  readonly #resize: StatementSync;
  readonly #pages: readonly StatementSync[];
  readonly #vacuum: StatementSync;
  #isReducing = false;

  constructor(db: DatabaseSync) {
    this.#oldest = db.prepare(
      "SELECT id, last_at, attempts, cdr_partition, cdr_offset FROM deliveries WHERE last_at < ? ORDER BY last_at LIMIT ?",
    );
    this.#delivery = db.prepare("DELETE FROM deliveries WHERE id = ?");
    this.#attempts = db.prepare("DELETE FROM attempts WHERE delivery = ?");
    // A call stays for as long as one of its deliveries. Without `deliveries_place` none is kept, and none is looked at.
    this.#call = db.prepare(`DELETE FROM calls WHERE cdr_partition = ?1 AND cdr_offset = ?2
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE cdr_partition = ?1 AND cdr_offset = ?2)`);
    this.#tallies = db.prepare(`DELETE FROM tallies WHERE (hour, tenant, trigger_id) IN
      (SELECT hour, tenant, trigger_id FROM tallies WHERE hour < ? ORDER BY hour LIMIT ?)`);
    this.#changes = db.prepare(
      "DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE at < ? ORDER BY at LIMIT ?)",
    );
    this.#parts = db.prepare(forgetParts);
    this.#resize = db.prepare(
      "UPDATE size SET deliveries = deliveries - ?, attempts = attempts - ?",
    );
    this.#pages = ["page_size", "page_count", "freelist_count"].map((name) =>
      db.prepare(`PRAGMA ${name}`),
    );
    this.#vacuum = db.prepare(`PRAGMA incremental_vacuum(${pagesAtATime})`);
  }

  /** To be called in a transaction. */
  forget({ before, maxBytes }: ForgetOrder): Forgotten {
    const deliveries = this.#forgetDeliveries(before);
    const others = this.#forgetOthers(before);
    if (deliveries === atATime || others >= atATime)
      return { deliveries, reason: "age", isDone: false };
    if (deliveries > 0 || !this.#isTooMuch(maxBytes))
      return { deliveries, reason: "age", isDone: deliveries === 0 };
    const more = this.#forgetDeliveries(Number.MAX_SAFE_INTEGER);
    // Tallies and changes are small; they go before their time only where they are all that is left.
    const rest = more === 0 ? this.#forgetOthers(Number.MAX_SAFE_INTEGER) : 0;
    return { deliveries: more, reason: "size", isDone: more + rest === 0 };
  }

  /** Gives unused pages back where the file is larger than it may be; what is below that is used again. */
  giveBack({ maxBytes }: ForgetOrder): void {
    if (this.#bytes().file > maxBytes - logBytes) this.#vacuum.all();
  }

  #forgetDeliveries(before: number): number {
    const rows = this.#oldest.all(before, atATime) as unknown as readonly OldRow[];
    let attempts = 0;
    for (const row of rows) {
      this.#attempts.run(row.id);
      this.#delivery.run(row.id);
      this.#call.run(row.cdr_partition, row.cdr_offset);
      attempts += row.attempts;
    }
    if (rows.length > 0) {
      this.#resize.run(rows.length, attempts);
      this.#parts.run();
    }
    return rows.length;
  }

  #forgetOthers(before: number): number {
    const tallies = this.#tallies.run(Math.floor(before / hourMs), atATime);
    const changes = this.#changes.run(before, atATime);
    return Number(tallies.changes) + Number(changes.changes);
  }

  #isTooMuch(maxBytes: number): boolean {
    const most = (this.#isReducing ? broughtTo : 1) * (maxBytes - logBytes);
    this.#isReducing = this.#bytes().used > most;
    return this.#isReducing;
  }

  #bytes(): { readonly used: number; readonly file: number } {
    const [size = 0, count = 0, free = 0] = this.#pages.map((pragma) =>
      Number(Object.values(pragma.get() ?? {})[0]),
    );
    return { used: (count - free) * size, file: count * size };
  }
}
