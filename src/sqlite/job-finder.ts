import type { DatabaseSync, StatementSync } from "node:sqlite";
import { KeyFilter } from "./key-filter.ts";
import { unpackId } from "./packed-id.ts";
import type { PackedId } from "./packed-id.ts";
import { partOf } from "./parts.ts";

/** What is looked at of a delivery that is there, to fold another attempt into it. */
export interface KnownRow {
  readonly id: number;
  readonly job: PackedId;
  readonly tenant: number;
  readonly state: number;
  readonly attempts: number;
  readonly last_attempt: number;
  readonly first_at: number;
  readonly last_at: number;
}

/** Parts that share a filter. */
const partsTogether = 8;

/**
 * Finds the deliveries of jobs, for who writes them. Most jobs are new, and to look for them in all parts would cost more
 * than to write them: filters in memory tell which parts may have them. They take 2 bytes for each delivery.
 */
export class JobFinder {
  readonly #db: DatabaseSync;
  readonly #find: StatementSync;
  readonly #lowest: StatementSync;
  /** The oldest first, by the numbers of their parts. */
  #filters: Map<number, KeyFilter> | null = null;

  constructor(db: DatabaseSync) {
    this.#db = db;
    const parts = Array.from({ length: partsTogether }, () => "?").join(", ");
    this.#find = db.prepare(
      `SELECT id, job, tenant, state, attempts, last_attempt, first_at, last_at FROM deliveries
       INDEXED BY deliveries_job WHERE part IN (${parts}) AND job_key = ?`,
    );
    this.#lowest = db.prepare("SELECT min(id) AS id FROM deliveries");
  }

  /** Makes the filters where there are none yet, which takes about a second for a million deliveries; forgets those of parts that are gone. */
  begin(): void {
    this.#filters ??= this.#read();
    const { id } = this.#lowest.get() as { readonly id: number | null };
    for (const group of this.#filters.keys()) {
      if (id !== null && group >= groupOf(partOf(id))) break;
      this.#filters.delete(group);
    }
  }

  find(key: number, tenant: number, jobId: string): KnownRow | undefined {
    for (const [group, filter] of this.#filters ?? []) {
      if (!filter.mayHave(key)) continue;
      const parts = Array.from({ length: partsTogether }, (_, n) => group * partsTogether + n);
      const rows = this.#find.all(...parts, key) as unknown as readonly KnownRow[];
      const found = rows.find((row) => row.tenant === tenant && unpackId(row.job) === jobId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** After a transaction that was rolled back a key that was added says too much, which costs a look and nothing else. */
  add(id: number, key: number): void {
    this.#filters ??= this.#read();
    filterOf(this.#filters, partOf(id)).add(key);
  }

  #read(): Map<number, KeyFilter> {
    const filters = new Map<number, KeyFilter>();
    const all = this.#db.prepare(
      "SELECT part, job_key FROM deliveries INDEXED BY deliveries_job ORDER BY part",
    );
    for (const row of all.iterate() as Iterable<{ part: number; job_key: number }>)
      filterOf(filters, row.part).add(row.job_key);
    return filters;
  }
}

const groupOf = (part: number): number => Math.floor(part / partsTogether);

function filterOf(filters: Map<number, KeyFilter>, part: number): KeyFilter {
  const group = groupOf(part);
  let filter = filters.get(group);
  if (filter === undefined) {
    filter = new KeyFilter();
    filters.set(group, filter);
  }
  return filter;
}
