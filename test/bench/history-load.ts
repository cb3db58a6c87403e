import { jobIdOf } from "../../src/jobs/job-id.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import { createSeededRandom } from "../../src/sandbox/seeded-random.ts";

/** Attempts as a platform makes them: few tenants have most of the calls, one job in ten is tried more than once. */
export interface HistoryLoad {
  readonly tenants: number;
  readonly triggersPerTenant: number;
  /** Over how much time the attempts are spread, in ms, up to `until`. */
  readonly spanMs: number;
  readonly until: number;
  readonly total: number;
}

interface Retry {
  readonly due: number;
  readonly attempt: DeliveryAttempt;
}

const seed = 1;
const retryAfterMs = 2000;
const reasons = ["timeout", "status", "connection"] as const;

const guidOf = (kind: number, number: number): string =>
  `${String(kind).padStart(8, "0")}-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

export const tenantOf = (number: number): string => `tenant-${number}`;
export const triggerOf = (tenant: number, number: number): string => guidOf(tenant, number);
export const callOf = (number: number): string => guidOf(90_000_000, number);

/** Gives one attempt after the other, in the order of their times. */
export function attemptSource(load: HistoryLoad): () => DeliveryAttempt {
  const random = createSeededRandom(seed);
  const retries: Retry[] = [];
  const step = load.spanMs / load.total;
  let at = load.until - load.spanMs;
  let calls = 0;

  function first(): DeliveryAttempt {
    calls += 1;
    // Squared twice: the first tenth of the tenants has more than half of the calls.
    const tenant = Math.floor(random.next() ** 4 * load.tenants);
    const trigger = Math.floor(random.next() ** 2 * load.triggersPerTenant);
    const [tenantId, cdrId] = [tenantOf(tenant), callOf(calls)];
    const triggerId = triggerOf(tenant, trigger);
    return {
      jobId: jobIdOf({ tenantId, cdrId, triggerId }),
      triggerId,
      tenantId,
      cdrId,
      attempt: 1,
      at: Math.floor(at),
      durationMs: Math.floor(random.next() * 400),
      ...outcomeOf(1, at),
      method: "POST",
      host: `crm-${tenant}.example.com`,
      cdrTopic: "onhook.cdr",
      cdrPartition: tenant % 6,
      cdrOffset: calls,
    };
  }

  function outcomeOf(attempt: number, now: number) {
    const lot = random.next();
    if (lot > 0.1)
      return {
        outcome: "delivered",
        reason: null,
        status: 200,
        error: null,
        nextAttemptAt: null,
      } as const;
    const reason = reasons[Math.floor(random.next() * reasons.length)] ?? "status";
    const failed = { reason, status: null, error: `the request failed: ${reason}` };
    return attempt > 4 || lot < 0.005
      ? ({ ...failed, outcome: "dead", nextAttemptAt: null } as const)
      : ({ ...failed, outcome: "failed", nextAttemptAt: Math.floor(now) + retryAfterMs } as const);
  }

  return () => {
    at += step;
    const due = retries[0] !== undefined && retries[0].due <= at ? retries.shift() : undefined;
    const made =
      due === undefined
        ? first()
        : {
            ...due.attempt,
            attempt: due.attempt.attempt + 1,
            at: Math.floor(at),
            ...outcomeOf(due.attempt.attempt + 1, at),
          };
    if (made.outcome === "failed") retries.push({ due: at + retryAfterMs, attempt: made });
    return made;
  };
}
