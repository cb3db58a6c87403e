import type { AttemptOutcome } from "../jobs/delivery-attempt.ts";
import { judge } from "./job-judgement.ts";
import type { ExpectedJob, JobSightings, Judgement } from "./job-judgement.ts";
import type { WebhookCounts } from "./receiver-record.ts";

/** Port: what reached the receivers, by `webhook-id`. */
export interface ArrivalRecord {
  of(webhookId: string): WebhookCounts;
  ids(): Iterable<string>;
  forget(webhookId: string): void;
}

/** The part of a DeliveryAttempt that is entered. */
export interface AttemptSighting {
  readonly jobId: string;
  readonly outcome: AttemptOutcome;
  /** From 1. */
  readonly attempt: number;
}

export interface JobBalance {
  /** Webhooks that a receiver took. */
  readonly delivered: number;
  /** Attempts beyond the first of each webhook. */
  readonly retried: number;
  readonly dead: number;
  /** Webhooks that had to arrive and did not, or had to end dead and did not. */
  readonly lost: number;
  /** Webhooks that arrived, or were requested, more often than they had to. */
  readonly doubled: number;
  /** In words; empty if and only if all went as it had to. */
  readonly problems: readonly string[];
}

export interface JobBook {
  /** `name` is the trigger's, for the words of a problem; `retries` are its. */
  expect(job: ExpectedJob, trigger: { readonly name: string; readonly retries: number }): void;
  /** The same sighting again changes nothing. */
  seen(sighting: AttemptSighting): void;
  /**
   * Judges these jobs no more, since somebody has had a hand in them: what came of them so far is counted, and nothing
   * that is seen of them from now on.
   */
  setAside(which: (job: ExpectedJob) => boolean): void;
  /** What reached a receiver without being expected is no problem from now on: somebody may have had it sent. */
  allowStrangers(): void;
  /** How many jobs have not been seen to end. */
  readonly open: number;
  balance(): JobBalance;
}

interface Entry extends JobSightings {
  readonly job: ExpectedJob;
  readonly name: string;
}

type Sums = Record<Exclude<keyof JobBalance, "problems">, number>;

const unseen = { attempts: 0, end: undefined, endedAgain: false } as const;

function addTo(sums: Sums, entry: Entry, judgement: Judgement, counts: WebhookCounts): void {
  if (counts.successes > 0) sums.delivered += 1;
  if (entry.attempts > 1) sums.retried += entry.attempts - 1;
  if (entry.end === "dead") sums.dead += 1;
  if (judgement.lost) sums.lost += 1;
  if (judgement.doubled) sums.doubled += 1;
}

function sighted(entry: Entry, { outcome, attempt }: AttemptSighting): Entry {
  const attempts = Math.max(entry.attempts, attempt);
  if (outcome === "failed") return { ...entry, attempts };
  const again = entry.end !== undefined && (entry.end !== outcome || entry.attempts !== attempt);
  return { ...entry, attempts, end: entry.end ?? outcome, endedAgain: entry.endedAgain || again };
}

class Book implements JobBook {
  readonly #arrivals: ArrivalRecord;
  readonly #remember: number;
  readonly #entries = new Map<string, Entry>();
  readonly #ended = new Set<string>();
  readonly #unexpected = new Set<string>();
  readonly #aside = new Set<string>();
  #strangersAllowed = false;
  readonly #forgotten: Sums = { delivered: 0, retried: 0, dead: 0, lost: 0, doubled: 0 };
  #open = 0;

  constructor(arrivals: ArrivalRecord, remember: number) {
    this.#arrivals = arrivals;
    this.#remember = remember;
  }

  get open(): number {
    return this.#open;
  }

  expect(job: ExpectedJob, trigger: { readonly name: string; readonly retries: number }): void {
    this.#entries.set(job.jobId, { job, ...trigger, ...unseen });
    this.#open += 1;
  }

  setAside(which: (job: ExpectedJob) => boolean): void {
    for (const [jobId, entry] of this.#entries) {
      if (!which(entry.job)) continue;
      const counted = { lost: false, doubled: false, faults: [] };
      addTo(this.#forgotten, entry, counted, this.#arrivals.of(jobId));
      if (entry.end === undefined) this.#open -= 1;
      this.#entries.delete(jobId);
      this.#ended.delete(jobId);
      this.#aside.add(jobId);
    }
  }

  allowStrangers(): void {
    this.#strangersAllowed = true;
  }

  seen(sighting: AttemptSighting): void {
    if (this.#aside.has(sighting.jobId)) return;
    const entry = this.#entries.get(sighting.jobId);
    if (entry === undefined) {
      this.#unexpected.add(sighting.jobId);
      return;
    }
    const next = sighted(entry, sighting);
    this.#entries.set(sighting.jobId, next);
    if (entry.end !== undefined || next.end === undefined) return;
    this.#open -= 1;
    this.#ended.add(sighting.jobId);
    if (this.#ended.size > this.#remember) this.#forgetOldest();
  }

  balance(): JobBalance {
    const sums = { ...this.#forgotten };
    const problems: string[] = [];
    for (const entry of this.#entries.values()) {
      const faults = this.#settle(entry, sums);
      if (faults.length === 0) continue;
      problems.push(`${entry.name}: webhook ${entry.job.jobId} ${faults.join(", ")}`);
    }
    for (const id of this.#strays()) {
      problems.push(`webhook ${id || "without an id"} was not expected`);
    }
    return { ...sums, problems };
  }

  /** Adds a job to `sums`; returns what is wrong with it. */
  #settle(entry: Entry, sums: Sums): readonly string[] {
    const counts = this.#arrivals.of(entry.job.jobId);
    const judgement = judge(entry.job.receiver, entry, counts);
    addTo(sums, entry, judgement, counts);
    return judgement.faults;
  }

  /** A job that is at fault is not forgotten: the balance must go on naming it. */
  #forgetOldest(): void {
    const [jobId = ""] = this.#ended;
    this.#ended.delete(jobId);
    const entry = this.#entries.get(jobId);
    if (entry === undefined) return;
    const sums = { ...this.#forgotten };
    if (this.#settle(entry, sums).length > 0) return;
    Object.assign(this.#forgotten, sums);
    this.#entries.delete(jobId);
    this.#arrivals.forget(jobId);
  }

  *#strays(): Iterable<string> {
    yield* this.#unexpected;
    if (this.#strangersAllowed) return;
    for (const id of this.#arrivals.ids()) {
      if (!this.#entries.has(id) && !this.#unexpected.has(id)) yield id;
    }
  }
}

/** The books of all jobs of a run. `remember`: how many that ended faultless are kept; older ones are only counted. */
export function createJobBook(arrivals: ArrivalRecord, remember: number): JobBook {
  return new Book(arrivals, remember);
}
