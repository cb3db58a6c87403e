import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AttemptOutcome } from "../jobs/delivery-attempt.ts";

type Counts = Record<AttemptOutcome, number>;

interface Tally {
  readonly tenant: number;
  readonly trigger: number;
  /** Hours since the epoch. */
  readonly hour: number;
  readonly counts: Counts;
}

export const hourMs = 3_600_000;

/** Adds up what a transaction brings, so that a trigger's hour is written once for all of it. */
export class TallyWriter {
  readonly #add: StatementSync;
  readonly #tallies = new Map<string, Tally>();

  constructor(db: DatabaseSync) {
    this.#add = db.prepare(`INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET delivered = delivered + excluded.delivered,
        failed = failed + excluded.failed, dead = dead + excluded.dead,
        cancelled = cancelled + excluded.cancelled`);
  }

  begin(): void {
    this.#tallies.clear();
  }

  /** `at`: ms since the epoch. */
  add(tenant: number, trigger: number, at: number, outcome: AttemptOutcome): void {
    const hour = Math.floor(at / hourMs);
    const key = `${tenant}/${trigger}/${hour}`;
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      const counts = { delivered: 0, failed: 0, dead: 0, cancelled: 0 };
      tally = { tenant, trigger, hour, counts };
      this.#tallies.set(key, tally);
    }
    tally.counts[outcome] += 1;
  }

  end(): void {
    for (const { tenant, trigger, hour, counts } of this.#tallies.values()) {
      const { delivered, failed, dead, cancelled } = counts;
      this.#add.run(tenant, trigger, hour, delivered, failed, dead, cancelled);
    }
  }
}
