import type { DatabaseSync, StatementSync } from "node:sqlite";
import { attemptOutcomes } from "../history/attempt-outcomes.ts";
import { deliveryStates } from "../history/history.ts";
import type { Delivery, DeliveryQuery, HourTally, Page, TallyQuery } from "../history/history.ts";
import { cutPage, readCursor } from "../history/page-cursor.ts";
import type { AttemptOutcome, DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import { idKey, unpackId } from "./packed-id.ts";
import type { PackedId } from "./packed-id.ts";
import { hourMs } from "./tally-writer.ts";

type Value = string | number | null;
type Row = Readonly<Record<string, Value | Uint8Array>>;

interface Found {
  readonly id: number;
  readonly last_at: number;
}

const text = (column: string, as = column): string =>
  `(SELECT text FROM texts WHERE texts.id = ${column}) AS ${as}`;

const columns = `id, job, cdr, state, attempts, first_at, last_at, status, duration, next_at,
  cdr_partition, cdr_offset, ${text("tenant")}, ${text("trigger_id")}, ${text("reason")},
  ${text("host")}, ${text("cdr_topic")}`;

/** One range of an index, the newest first, behind where the page before has ended. */
const ranges = (index: string, where: string): string =>
  `SELECT id, last_at FROM deliveries INDEXED BY ${index} WHERE ${where} AND last_at >= ? AND last_at < ?
   AND (last_at, id) < (?, ?) ORDER BY last_at DESC, id DESC LIMIT ?`;

const latest = Number.MAX_SAFE_INTEGER;

/** What a page ended with: the next one begins behind it. At, in ms since the epoch; what has the same is told apart by id. */
type PageEnd = readonly [at: number, id: number];

/** Where the first page begins. */
export const newestOfAll: PageEnd = [latest, latest];

function deliveryOf(row: Row): Delivery {
  return {
    jobId: unpackId(row["job"] as PackedId),
    tenantId: row["tenant"] as string,
    triggerId: row["trigger_id"] as string,
    cdrId: unpackId(row["cdr"] as PackedId),
    state: deliveryStates[row["state"] as number] ?? "retrying",
    attempts: row["attempts"] as number,
    firstAt: row["first_at"] as number,
    lastAt: row["last_at"] as number,
    reason: row["reason"] as string | null,
    status: row["status"] as number | null,
    durationMs: row["duration"] as number,
    nextAttemptAt: row["next_at"] as number | null,
    host: row["host"] as string | null,
    cdrTopic: row["cdr_topic"] as string,
    cdrPartition: row["cdr_partition"] as number,
    cdrOffset: row["cdr_offset"] as number,
  };
}

function attemptOf(delivery: Delivery, row: Row): DeliveryAttempt {
  const { jobId, triggerId, tenantId, cdrId, cdrTopic, cdrPartition, cdrOffset } = delivery;
  return {
    jobId,
    triggerId,
    tenantId,
    cdrId,
    attempt: row["attempt"] as number,
    at: row["at"] as number,
    durationMs: row["duration"] as number,
    outcome: attemptOutcomes[row["outcome"] as number] as AttemptOutcome,
    reason: row["reason"] as string | null,
    status: row["status"] as number | null,
    error: row["error"] as string | null,
    nextAttemptAt: row["next_at"] as number | null,
    method: row["method"] as string | null,
    host: row["host"] as string | null,
    cdrTopic,
    cdrPartition,
    cdrOffset,
  };
}

/** The hours from ?1 to before ?2 that there may be tallies of, in their order, as a table `hours`. */
const hoursTable = `WITH RECURSIVE hours (hour) AS (
  SELECT max(?1, (SELECT min(hour) FROM tallies))
  UNION ALL
  SELECT hour + 1 FROM hours WHERE hour + 1 < min(?2, (SELECT max(hour) + 1 FROM tallies))
)`;

/** Reads deliveries and tallies. Everything throws SQLite's error when it fails. */
export class DeliveryReader {
  readonly #text: StatementSync;
  readonly #ofTenant: StatementSync;
  readonly #ofTrigger: StatementSync;
  readonly #parts: StatementSync;
  readonly #ofCall: StatementSync;
  readonly #byId: StatementSync;
  readonly #byJob: StatementSync;
  readonly #attempts: StatementSync;
  readonly #tallies: StatementSync;

  constructor(db: DatabaseSync) {
    this.#text = db.prepare("SELECT id FROM texts WHERE text = ?");
    this.#ofTenant = db.prepare(ranges("deliveries_state", "tenant = ? AND state = ?"));
    this.#ofTrigger = db.prepare(
      ranges("deliveries_trigger", "part = ? AND tenant = ? AND trigger_id = ? AND state = ?"),
    );
    this.#parts = db.prepare(
      "SELECT part, high FROM parts WHERE high >= ? AND low < ? AND low <= ? ORDER BY high DESC",
    );
    this.#ofCall = db.prepare(
      `SELECT id, last_at, trigger_id, state, cdr FROM parts CROSS JOIN deliveries
       INDEXED BY deliveries_call USING (part) WHERE cdr_key = ? AND tenant = ?`,
    );
    this.#byId = db.prepare(`SELECT ${columns} FROM deliveries WHERE id = ?`);
    this.#byJob = db.prepare(
      `SELECT ${columns} FROM parts CROSS JOIN deliveries
       INDEXED BY deliveries_job USING (part) WHERE job_key = ?`,
    );
    this.#attempts = db.prepare(`SELECT attempt, at, duration, outcome, ${text("reason")}, status,
      error, next_at, ${text("method")}, ${text("host")} FROM attempts WHERE delivery = ?
      ORDER BY at, attempt`);
    this.#tallies = db.prepare(`${hoursTable} SELECT hour, delivered, failed, dead, cancelled
      FROM hours CROSS JOIN tallies USING (hour) WHERE hour < ?2 AND tenant = ?3 AND trigger_id = ?4`);
  }

  /** Throws CURSOR_INVALID. */
  deliveries(query: DeliveryQuery): Page<Delivery> {
    const { limit, cursor, ...of } = query;
    const list = ["d", of.tenantId, of.triggerId, of.cdrId, of.state, of.from, of.to];
    const end = readCursor(list, cursor, newestOfAll);
    const found = this.#found(query, end, limit + 1);
    const { items, nextCursor } = cutPage(list, found, limit, (last) => [last.last_at, last.id]);
    return { items: items.map(({ id }) => deliveryOf(this.#byId.get(id) as Row)), nextCursor };
  }

  delivery(
    tenantId: string,
    jobId: string,
  ): { readonly delivery: Delivery; readonly attempts: readonly DeliveryAttempt[] } | null {
    const rows = this.#byJob.all(idKey(jobId)) as readonly Row[];
    for (const row of rows) {
      const delivery = deliveryOf(row);
      if (delivery.jobId !== jobId || delivery.tenantId !== tenantId) continue;
      const attempts = this.#attempts.all(row["id"] as number) as readonly Row[];
      return { delivery, attempts: attempts.map((attempt) => attemptOf(delivery, attempt)) };
    }
    return null;
  }

  tallies({ tenantId, triggerIds, from, to }: TallyQuery): readonly HourTally[] {
    const tenant = this.#idOf(tenantId);
    if (tenant === null) return [];
    const [first, end] = [Math.floor(from / hourMs), Math.ceil(to / hourMs)];
    return [...new Set(triggerIds)].flatMap((triggerId) => {
      const trigger = this.#idOf(triggerId);
      if (trigger === null) return [];
      const rows = this.#tallies.all(first, end, tenant, trigger) as readonly Row[];
      return rows.map(({ hour, ...counts }) => ({
        triggerId,
        hour: (hour as number) * hourMs,
        counts: counts as HourTally["counts"],
      }));
    });
  }

  #idOf(text: string): number | null {
    return (this.#text.get(text) as { readonly id: number } | undefined)?.id ?? null;
  }

  /** Where the deliveries are that are asked for, the newest first; `limit` at most. */
  #found(query: DeliveryQuery, end: PageEnd, limit: number): readonly Found[] {
    const tenant = this.#idOf(query.tenantId);
    const trigger = query.triggerId === undefined ? undefined : this.#idOf(query.triggerId);
    if (tenant === null || trigger === null) return [];
    if (query.cdrId !== undefined) return this.#foundOfCall(query, end, limit);
    const { from = 0, to = latest } = query;
    const behind = [from, to, ...end, limit] as const;
    const states =
      query.state === undefined
        ? deliveryStates.map((_, state) => state)
        : [deliveryStates.indexOf(query.state)];
    if (trigger !== undefined) return this.#foundOfTrigger([tenant, trigger], states, behind);
    const found = states.flatMap((state) => this.#ofTenant.all(tenant, state, ...behind));
    return newest(found as unknown as Found[], limit);
  }

  /** Part by part, until no part that is left can have anything newer than what is found. */
  #foundOfTrigger(
    of: readonly [tenant: number, trigger: number],
    states: readonly number[],
    behind: readonly [from: number, to: number, at: number, id: number, limit: number],
  ): readonly Found[] {
    const [from, to, at, , limit] = behind;
    let found: readonly Found[] = [];
    for (const { part, high } of this.#parts.all(from, to, at) as unknown as readonly PartRow[]) {
      const oldest = found[limit - 1];
      if (oldest !== undefined && oldest.last_at > high) break;
      const more = states.flatMap((state) => this.#ofTrigger.all(part, ...of, state, ...behind));
      if (more.length > 0) found = newest([...found, ...(more as unknown as Found[])], limit);
    }
    return found;
  }

  /** A call has a delivery for each trigger that it fired: few enough to look at all. */
  #foundOfCall(query: DeliveryQuery, [at, id]: PageEnd, limit: number): readonly Found[] {
    const { cdrId = "", tenantId, triggerId, state, from = 0, to = latest } = query;
    const trigger = triggerId === undefined ? null : this.#idOf(triggerId);
    const rows = this.#ofCall.all(idKey(cdrId), this.#idOf(tenantId)) as unknown as CallRow[];
    const fitting = rows.filter(
      (row) =>
        unpackId(row.cdr) === cdrId &&
        (triggerId === undefined || row.trigger_id === trigger) &&
        (state === undefined || deliveryStates[row.state] === state) &&
        row.last_at >= from &&
        row.last_at < to &&
        (row.last_at < at || (row.last_at === at && row.id < id)),
    );
    return newest(fitting, limit);
  }
}

interface PartRow {
  readonly part: number;
  readonly high: number;
}

interface CallRow extends Found {
  readonly trigger_id: number;
  readonly state: number;
  readonly cdr: PackedId;
}

function newestFirst(a: Found, b: Found): number {
  return b.last_at - a.last_at || b.id - a.id;
}

const newest = (found: readonly Found[], limit: number): readonly Found[] =>
  found.toSorted(newestFirst).slice(0, limit);
