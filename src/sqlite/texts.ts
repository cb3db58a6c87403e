import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Bounds what made-up texts can take in memory. */
const mostKept = 100_000;

/** The numbers of texts, for who writes them. */
export class Texts {
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #known = new Map<string, number>();

  constructor(db: DatabaseSync) {
    this.#find = db.prepare("SELECT id FROM texts WHERE text = ?");
    this.#add = db.prepare("INSERT INTO texts (text) VALUES (?)");
  }

  /** The text's number; a new one where it has none. To be called in a transaction. */
  idOf(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const found = this.#find.get(text) as { readonly id: number } | undefined;
    const id = found?.id ?? Number(this.#add.run(text).lastInsertRowid);
    if (this.#known.size >= mostKept) this.#known.clear();
    this.#known.set(text, id);
    return id;
  }

  idOrNull(text: string | null): number | null {
    return text === null ? null : this.idOf(text);
  }

  /** After a transaction was rolled back: what it had added is not there. */
  forget(): void {
    this.#known.clear();
  }
}
