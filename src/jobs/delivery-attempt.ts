export type AttemptOutcome = "delivered" | "failed" | "dead" | "cancelled";

/** What came of one attempt, after schemas/delivery-attempt.avsc. Times in ms since the epoch, durations in ms. */
export interface DeliveryAttempt {
  readonly jobId: string;
  readonly triggerId: string;
  readonly tenantId: string;
  readonly cdrId: string;
  readonly attempt: number;
  readonly at: number;
  readonly durationMs: number;
  readonly outcome: AttemptOutcome;
  readonly reason: string | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly nextAttemptAt: number | null;
  readonly method: string | null;
  readonly host: string | null;
  readonly cdrTopic: string;
  readonly cdrPartition: number;
  readonly cdrOffset: number;
}
