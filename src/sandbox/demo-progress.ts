import type { DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { attemptLine } from "./attempt-line.ts";
import type { ToldAttempt } from "./attempt-line.ts";
import type { DemoSnapshot, ReceiverTally } from "./demo-snapshot.ts";
import type { ExpectedJob } from "./job-judgement.ts";
import type { ReceiverKind } from "./sample-triggers.ts";

export interface DemoProgressOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly triggers: readonly Trigger[];
  readonly tenants: readonly { readonly tenantId: string; readonly name: string }[];
  readonly receiverOf: ReadonlyMap<string, ReceiverKind>;
  /** The names of the ladder's rungs, in the order of the retries. */
  readonly rungs: readonly string[];
}

/** The part of a DeliveryAttempt that moves the panel on. */
export type ProgressAttempt = ToldAttempt &
  Pick<DeliveryAttempt, "jobId" | "triggerId" | "tenantId">;

export interface DemoProgress {
  /** A call was sent that must cause `jobs`. */
  callSent(jobs: readonly ExpectedJob[]): void;
  /** Returns the attempt in words where it is worth a line of its own: the job ended undelivered. */
  attemptSeen(attempt: ProgressAttempt): string | undefined;
  /** The portal answers, at that address. */
  portalAt(address: string): void;
  snapshot(): DemoSnapshot;
}

interface Waiting {
  readonly rung: string;
  readonly receiver: ReceiverKind;
  readonly dueAt: number;
}

type Tallies = Record<ReceiverKind, { -readonly [Key in keyof ReceiverTally]: number }>;

const keepRecent = 8;

/** The rate of calls is taken over this time, in ms. */
const rateWindowMs = 5_000;

/** Adds up, for the panel, what a running demo sends and sees; it keeps only the jobs that wait. */
class Progress implements DemoProgress {
  readonly #options: DemoProgressOptions;
  readonly #startedAt: number;
  readonly #names: ReadonlyMap<string, string>;
  readonly #waiting = new Map<string, Waiting>();
  readonly #sums = {
    calls: 0,
    matched: 0,
    jobs: 0,
    delivered: 0,
    retried: 0,
    dead: 0,
    cancelled: 0,
  };
  readonly #tallies: Tallies = {
    ok: { delivered: 0, failed: 0, dead: 0, waiting: 0 },
    flaky: { delivered: 0, failed: 0, dead: 0, waiting: 0 },
    broken: { delivered: 0, failed: 0, dead: 0, waiting: 0 },
    hang: { delivered: 0, failed: 0, dead: 0, waiting: 0 },
    gone: { delivered: 0, failed: 0, dead: 0, waiting: 0 },
  };
  #recent: readonly string[] = [];
  #portal: string | null = null;
  #samples: readonly { readonly at: number; readonly calls: number }[];

  constructor(options: DemoProgressOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#samples = [{ at: this.#startedAt, calls: 0 }];
    this.#names = new Map([
      ...options.triggers.map(({ triggerId, name }) => [triggerId, name] as const),
      ...options.tenants.map(({ tenantId, name }) => [tenantId, name] as const),
    ]);
  }

  portalAt(address: string): void {
    this.#portal = address;
  }

  callSent(jobs: readonly ExpectedJob[]): void {
    this.#sums.calls += 1;
    this.#sums.jobs += jobs.length;
    if (jobs.length > 0) this.#sums.matched += 1;
  }

  attemptSeen(attempt: ProgressAttempt): string | undefined {
    const receiver = this.#options.receiverOf.get(attempt.triggerId);
    // Triggers that are none of the demo's are told of, and not added up: nobody knows what has to become of their jobs.
    if (receiver !== undefined) this.#add(attempt, receiver);
    const line = attemptLine(attempt, this.#namesOf(attempt), this.#options.now());
    this.#recent = [...this.#recent, line].slice(-keepRecent);
    return attempt.outcome === "dead" || attempt.outcome === "cancelled" ? line : undefined;
  }

  snapshot(): DemoSnapshot {
    const now = this.#options.now();
    const waiting = [...this.#waiting.values()].filter(({ dueAt }) => dueAt > now);
    const { jobs, delivered, dead, cancelled } = this.#sums;
    return {
      ...this.#sums,
      elapsedMs: now - this.#startedAt,
      callsPerSecond: this.#rate(now),
      underway: Math.max(0, jobs - delivered - dead - cancelled - waiting.length),
      waitingByRung: this.#byRung(waiting),
      byReceiver: this.#byReceiver(waiting),
      recent: this.#recent,
      portal: this.#portal,
    };
  }

  #add(attempt: ProgressAttempt, receiver: ReceiverKind): void {
    if (attempt.attempt > 1) this.#sums.retried += 1;
    this.#waiting.delete(attempt.jobId);
    this.#count(attempt, receiver);
    if (attempt.outcome !== "failed") this.#sums[attempt.outcome] += 1;
  }

  #count(
    { jobId, attempt, outcome, nextAttemptAt }: ProgressAttempt,
    receiver: ReceiverKind,
  ): void {
    const tally = this.#tallies[receiver];
    if (outcome === "delivered") tally.delivered += 1;
    if (outcome === "dead") tally.dead += 1;
    if (outcome === "failed" || outcome === "dead") tally.failed += 1;
    if (outcome !== "failed" || nextAttemptAt === null) return;
    const rung = this.#options.rungs[attempt - 1] ?? this.#options.rungs.at(-1) ?? "";
    this.#waiting.set(jobId, { rung, receiver, dueAt: nextAttemptAt });
  }

  #namesOf({ triggerId, tenantId }: ProgressAttempt): { trigger: string; tenant: string } {
    return {
      trigger: this.#names.get(triggerId) ?? triggerId,
      tenant: this.#names.get(tenantId) ?? tenantId,
    };
  }

  #rate(now: number): number {
    const { calls } = this.#sums;
    const recent = this.#samples.filter(({ at }) => at >= now - rateWindowMs);
    this.#samples = [...recent, { at: now, calls }];
    const [oldest] = this.#samples;
    if (oldest === undefined || oldest.at === now) return 0;
    return ((calls - oldest.calls) / (now - oldest.at)) * 1_000;
  }

  #byRung(waiting: readonly Waiting[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const rung of this.#options.rungs) counts[rung] = 0;
    for (const { rung } of waiting) counts[rung] = (counts[rung] ?? 0) + 1;
    return counts;
  }

  #byReceiver(waiting: readonly Waiting[]): Record<ReceiverKind, ReceiverTally> {
    const tallies = structuredClone(this.#tallies);
    for (const { receiver } of waiting) tallies[receiver].waiting += 1;
    return tallies;
  }
}

export function createDemoProgress(options: DemoProgressOptions): DemoProgress {
  return new Progress(options);
}
