import type { ReceiverKind } from "./sample-triggers.ts";

export interface ReceiverTally {
  readonly delivered: number;
  /** Attempts that failed, the last of a dead job included. */
  readonly failed: number;
  readonly dead: number;
  /** Jobs that wait for their next attempt. */
  readonly waiting: number;
}

/** How a demo stands at one moment. */
export interface DemoSnapshot {
  readonly elapsedMs: number;
  readonly calls: number;
  /** Of the last seconds. */
  readonly callsPerSecond: number;
  /** Calls that fired at least one trigger. */
  readonly matched: number;
  /** Webhooks that these calls must cause. */
  readonly jobs: number;
  readonly delivered: number;
  /** Attempts beyond the first of a webhook. */
  readonly retried: number;
  readonly dead: number;
  readonly cancelled: number;
  /** Jobs that neither have ended nor wait for a retry. */
  readonly underway: number;
  /** Jobs that wait on each rung, by the rung's name (`2s`), in the ladder's order. */
  readonly waitingByRung: Readonly<Record<string, number>>;
  readonly byReceiver: Readonly<Record<ReceiverKind, ReceiverTally>>;
  /** Where the portal is; null until it answers. */
  readonly portal: string | null;
  /** The latest events in words, the newest last. */
  readonly recent: readonly string[];
}
