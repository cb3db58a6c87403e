import * as fc from "fast-check";
import { attemptOutcomes } from "../../src/history/attempt-outcomes.ts";
import { jobIdOf } from "../../src/jobs/job-id.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";

export const noon = Date.UTC(2026, 5, 1, 12);

/** An attempt that delivered; what is given is put in its place, and the job's id follows from it. */
export function attemptOf(given: Partial<DeliveryAttempt> = {}): DeliveryAttempt {
  const { tenantId = "t1", cdrId = "call-1", triggerId = "trigger-1" } = given;
  return {
    jobId: jobIdOf({ tenantId, cdrId, triggerId }),
    triggerId,
    tenantId,
    cdrId,
    attempt: 1,
    at: noon,
    durationMs: 12,
    outcome: "delivered",
    reason: null,
    status: 204,
    error: null,
    nextAttemptAt: null,
    method: "POST",
    host: "crm.example.com",
    cdrTopic: "onhook.cdr",
    cdrPartition: 0,
    cdrOffset: 1,
    ...given,
  };
}

/** Attempts of few jobs of few tenants, none of them twice: by job, number and time. */
export const someAttempts = fc
  .uniqueArray(
    fc.record({
      tenantId: fc.constantFrom("t1", "t2"),
      triggerId: fc.constantFrom("trigger-1", "trigger-2", "trigger-3"),
      cdrId: fc.constantFrom("call-1", "call-2", "call-3", "00000000-0000-4000-8000-000000000001"),
      attempt: fc.integer({ min: 1, max: 11 }),
      at: fc.integer({ min: 0, max: 30 }).map((minutes) => noon + minutes * 600_000),
      outcome: fc.constantFrom(...attemptOutcomes),
      durationMs: fc.integer({ min: 0, max: 30_000 }),
      reason: fc.constantFrom(null, "timeout", "status"),
      status: fc.constantFrom(null, 200, 500),
      error: fc.constantFrom(null, "the request timed out"),
      method: fc.constantFrom(null, "POST"),
      host: fc.constantFrom(null, "a.example.com", "b.example.com"),
      nextAttemptAt: fc.constantFrom(null, noon + 1),
      cdrPartition: fc.integer({ min: 0, max: 5 }),
    }),
    {
      maxLength: 60,
      selector: ({ tenantId, triggerId, cdrId, attempt, at }) =>
        [tenantId, triggerId, cdrId, attempt, at].join("/"),
    },
  )
  .map((all) => all.map((each) => attemptOf(each)));
