import type { DatabaseSync, StatementSync } from "node:sqlite";

/**
 * Deliveries stand in parts, by their numbers. In one large index each new row would go to a page of its own, which has to
 * be read, written to the log and copied back; in an index by parts, what comes together goes to few pages. Looking
 * something up takes a step for each part instead: some hundred for millions of deliveries.
 */
const partBits = 15;

/** The part that a delivery's row belongs to, by its number. */
export function partOf(id: number): number {
  return Math.floor(id / 2 ** partBits);
}

interface Bounds {
  low: number;
  high: number;
}

/**
 * Keeps the table `parts`: between which times the last attempts of a part's deliveries are, so that lists pass over
 * parts that have nothing for them. A zone map: bounds may be wider than what is there, and are never narrower.
 */
export class PartWriter {
  readonly #widen: StatementSync;
  readonly #changed = new Map<number, Bounds>();

  constructor(db: DatabaseSync) {
    this.#widen = db.prepare(`INSERT INTO parts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
      low = min(low, excluded.low), high = max(high, excluded.high)`);
  }

  /** Begins a transaction's work. */
  begin(): void {
    this.#changed.clear();
  }

  /** A delivery was written. `lastAt`: of its last attempt, in ms since the epoch. */
  add(id: number, lastAt: number): void {
    const part = partOf(id);
    const bounds = this.#changed.get(part);
    if (bounds === undefined) this.#changed.set(part, { low: lastAt, high: lastAt });
    else {
      bounds.low = Math.min(bounds.low, lastAt);
      bounds.high = Math.max(bounds.high, lastAt);
    }
  }

  /** Ends a transaction's work, before it is committed. */
  end(): void {
    for (const [part, { low, high }] of this.#changed) this.#widen.run(part, low, high);
  }
}

/** Those that are gone: whatever is left was attempted last after all that was in them. */
export const forgetParts = `DELETE FROM parts
  WHERE high < coalesce((SELECT min(last_at) FROM deliveries), ${Number.MAX_SAFE_INTEGER})`;
