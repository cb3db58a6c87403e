import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ChangeRecord } from "../history/change-record.ts";
import type { ChangeQuery, DeliveryQuery, KeptCall, Page, TallyQuery } from "../history/history.ts";
import { cutPage, readCursor } from "../history/page-cursor.ts";
import { openForReading } from "./database-file.ts";
import { DeliveryReader, newestOfAll } from "./delivery-reader.ts";
import { idKey, packId } from "./packed-id.ts";

interface ChangeRow {
  readonly id: number;
  readonly at: number;
  readonly record: string;
}

interface CallRow {
  readonly cdr_partition: number;
  readonly cdr_offset: number;
  readonly timestamp: number;
  readonly value: Uint8Array;
}

const changes = (where: string): string =>
  `SELECT id, at, record FROM changes WHERE ${where} (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?`;
const idOf = "(SELECT id FROM texts WHERE text = ?)";

/** Answers queries: one connection, in a thread of its own. Everything throws SQLite's error when it fails. */
export class HistoryReader {
  readonly #db: DatabaseSync;
  readonly #deliveries: DeliveryReader;
  readonly #changes: Readonly<Record<"all" | "tenant" | "trigger" | "both", StatementSync>>;
  readonly #call: StatementSync;

  constructor(file: string) {
    const db = openForReading(file);
    this.#db = db;
    this.#deliveries = new DeliveryReader(db);
    this.#changes = {
      all: db.prepare(changes("")),
      tenant: db.prepare(changes(`tenant = ${idOf} AND`)),
      trigger: db.prepare(changes(`trigger_id = ${idOf} AND`)),
      both: db.prepare(changes(`tenant = ${idOf} AND trigger_id = ${idOf} AND`)),
    };
    this.#call = db.prepare(
      `SELECT cdr_partition, cdr_offset, timestamp, value FROM calls
       WHERE cdr_key = ? AND tenant = ${idOf} AND cdr = ? ORDER BY timestamp DESC LIMIT 1`,
    );
  }

  /** A page is read at one point of time, whatever is written meanwhile. */
  deliveries(query: DeliveryQuery): ReturnType<DeliveryReader["deliveries"]> {
    return this.#atOnce(() => this.#deliveries.deliveries(query));
  }

  delivery(tenantId: string, jobId: string): ReturnType<DeliveryReader["delivery"]> {
    return this.#atOnce(() => this.#deliveries.delivery(tenantId, jobId));
  }

  tallies(query: TallyQuery): ReturnType<DeliveryReader["tallies"]> {
    return this.#atOnce(() => this.#deliveries.tallies(query));
  }

  /** Throws CURSOR_INVALID. */
  changes({ tenantId, triggerId, cursor, limit }: ChangeQuery): Page<ChangeRecord> {
    const list = ["c", tenantId, triggerId];
    const end = readCursor(list, cursor, newestOfAll);
    const kind = tenantId === null ? "trigger" : "both";
    const statement =
      this.#changes[triggerId === undefined ? (tenantId === null ? "all" : "tenant") : kind];
    const of = [tenantId, triggerId].filter((each) => typeof each === "string");
    const rows = statement.all(...of, ...end, limit + 1) as unknown as ChangeRow[];
    const { items, nextCursor } = cutPage(list, rows, limit, ({ at, id }) => [at, id]);
    return { items: items.map(({ record }) => JSON.parse(record) as ChangeRecord), nextCursor };
  }

  /** `value` is bare bytes: a Buffer does not come through to another thread as one. */
  keptCall(
    tenantId: string,
    cdrId: string,
  ): (Omit<KeptCall, "value"> & { readonly value: Uint8Array }) | null {
    const row = this.#call.get(idKey(cdrId), tenantId, packId(cdrId)) as CallRow | undefined;
    if (row === undefined) return null;
    const { cdr_partition: partition, cdr_offset: offset, timestamp, value } = row;
    return { value, partition, offset, timestamp };
  }

  close(): void {
    this.#db.close();
  }

  #atOnce<T>(work: () => T): T {
    this.#db.exec("BEGIN");
    try {
      return work();
    } finally {
      // After damage there may be none any more.
      if (this.#db.isTransaction) this.#db.exec("COMMIT");
    }
  }
}
