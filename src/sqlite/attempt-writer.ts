import type { DatabaseSync, StatementSync } from "node:sqlite";
import { attemptOutcomes } from "../history/attempt-outcomes.ts";
import { foldDelivery } from "../history/fold-delivery.ts";
import type { FoldedDelivery } from "../history/fold-delivery.ts";
import { deliveryStates } from "../history/history.ts";
import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import { JobFinder } from "./job-finder.ts";
import type { KnownRow } from "./job-finder.ts";
import { idKey, packId } from "./packed-id.ts";
import { partOf, PartWriter } from "./parts.ts";
import { TallyWriter } from "./tally-writer.ts";
import type { Texts } from "./texts.ts";

const insertDelivery = `INSERT INTO deliveries (id, part, job_key, job, tenant, trigger_id, cdr_key, cdr,
  state, attempts, last_attempt, first_at, last_at, reason, status, duration, next_at, host,
  cdr_topic, cdr_partition, cdr_offset)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const updateLast = `UPDATE deliveries SET state = ?, attempts = ?, last_attempt = ?, first_at = ?,
  last_at = ?, reason = ?, status = ?, duration = ?, next_at = ?, host = ?, cdr_topic = ?,
  cdr_partition = ?, cdr_offset = ? WHERE id = ?`;
const insertAttempt = `INSERT INTO attempts (delivery, at, attempt, outcome, duration, reason,
  status, error, next_at, method, host) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;

/** Writes attempts, the deliveries that they make up, and the tallies of their hours; all within somebody else's transaction. */
export class AttemptWriter {
  readonly #texts: Texts;
  readonly #jobs: JobFinder;
  readonly #insert: StatementSync;
  readonly #updateLast: StatementSync;
  readonly #updateCount: StatementSync;
  readonly #attempt: StatementSync;
  readonly #resize: StatementSync;
  readonly #tallies: TallyWriter;
  readonly #parts: PartWriter;
  #lastId: number;
  #newDeliveries = 0;
  #newAttempts = 0;

  constructor(db: DatabaseSync, texts: Texts) {
    this.#texts = texts;
    this.#jobs = new JobFinder(db);
    const { id } = db.prepare("SELECT max(id) AS id FROM deliveries").get() as {
      id: number | null;
    };
    this.#lastId = id ?? 0;
    this.#insert = db.prepare(insertDelivery);
    this.#updateLast = db.prepare(updateLast);
    this.#updateCount = db.prepare("UPDATE deliveries SET attempts = ?, first_at = ? WHERE id = ?");
    this.#attempt = db.prepare(insertAttempt);
    this.#resize = db.prepare(
      "UPDATE size SET deliveries = deliveries + ?, attempts = attempts + ?",
    );
    this.#tallies = new TallyWriter(db);
    this.#parts = new PartWriter(db);
  }

  /** Begins a transaction's work; what one that was rolled back had counted is dropped. */
  begin(): void {
    this.#newDeliveries = 0;
    this.#newAttempts = 0;
    this.#tallies.begin();
    this.#parts.begin();
    this.#jobs.begin();
  }

  /** Takes one; one that is known already changes nothing. */
  take(attempt: DeliveryAttempt): void {
    const tenant = this.#texts.idOf(attempt.tenantId);
    const trigger = this.#texts.idOf(attempt.triggerId);
    const key = idKey(attempt.jobId);
    const known = this.#jobs.find(key, tenant, attempt.jobId);
    if (known === undefined) {
      const id = this.#begin(key, tenant, trigger, foldDelivery(null, attempt));
      this.#addAttempt(id, attempt);
    } else {
      if (!this.#addAttempt(known.id, attempt)) return;
      this.#goOn(known, attempt);
    }
    this.#tallies.add(tenant, trigger, attempt.at, attempt.outcome);
  }

  /** Ends a transaction's work, before it is committed. */
  end(): void {
    this.#tallies.end();
    this.#parts.end();
    if (this.#newAttempts > 0) this.#resize.run(this.#newDeliveries, this.#newAttempts);
  }

  #begin(key: number, tenant: number, trigger: number, delivery: FoldedDelivery): number {
    const { jobId, cdrId } = delivery;
    const packed = packId(jobId);
    const call = [idKey(cdrId), packId(cdrId)] as const;
    const row = this.#last(delivery);
    const id = (this.#lastId += 1);
    this.#insert.run(id, partOf(id), key, packed, tenant, trigger, ...call, ...row);
    this.#jobs.add(id, key);
    this.#parts.add(id, delivery.lastAt);
    this.#newDeliveries += 1;
    return id;
  }

  /** True: it was not known. */
  #addAttempt(delivery: number, attempt: DeliveryAttempt): boolean {
    const { changes } = this.#attempt.run(
      delivery,
      attempt.at,
      attempt.attempt,
      attemptOutcomes.indexOf(attempt.outcome),
      attempt.durationMs,
      this.#texts.idOrNull(attempt.reason),
      attempt.status,
      attempt.error,
      attempt.nextAttemptAt,
      this.#texts.idOrNull(attempt.method),
      this.#texts.idOrNull(attempt.host),
    );
    if (Number(changes) === 0) return false;
    this.#newAttempts += 1;
    return true;
  }

  #goOn(row: KnownRow, attempt: DeliveryAttempt): void {
    const known = {
      state: deliveryStates[row.state],
      attempts: row.attempts,
      lastAttempt: row.last_attempt,
      firstAt: row.first_at,
      lastAt: row.last_at,
    };
    // What is not known here of the delivery is its last attempt's, which stays as it is written unless this one is later.
    const folded = foldDelivery(known as FoldedDelivery, attempt);
    const isLater = folded.lastAt !== row.last_at || folded.lastAttempt !== row.last_attempt;
    if (isLater) {
      this.#updateLast.run(...this.#last(folded), row.id);
      this.#parts.add(row.id, folded.lastAt);
    } else this.#updateCount.run(folded.attempts, folded.firstAt, row.id);
  }

  /** In the order of `updateLast`. */
  #last(delivery: FoldedDelivery) {
    return [
      deliveryStates.indexOf(delivery.state),
      delivery.attempts,
      delivery.lastAttempt,
      delivery.firstAt,
      delivery.lastAt,
      this.#texts.idOrNull(delivery.reason),
      delivery.status,
      delivery.durationMs,
      delivery.nextAttemptAt,
      this.#texts.idOrNull(delivery.host),
      this.#texts.idOf(delivery.cdrTopic),
      delivery.cdrPartition,
      delivery.cdrOffset,
    ] as const;
  }
}
