import type { AttemptOutcome, DeliveryAttempt } from "../jobs/delivery-attempt.ts";
import type { ChangeRecord } from "./change-record.ts";

/** Where a delivery stands: `retrying` while its last attempt failed and another one is due. */
export const deliveryStates = ["delivered", "retrying", "dead", "cancelled"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** A job and what its attempts came to. Times in ms since the epoch. */
export interface Delivery {
  readonly jobId: string;
  readonly tenantId: string;
  readonly triggerId: string;
  readonly cdrId: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Of the last attempt, as in DeliveryAttempt. */
  readonly reason: string | null;
  readonly status: number | null;
  readonly durationMs: number;
  readonly nextAttemptAt: number | null;
  readonly host: string | null;
  readonly cdrTopic: string;
  readonly cdrPartition: number;
  readonly cdrOffset: number;
}

/** A page, the newest first. */
export interface Page<T> {
  readonly items: readonly T[];
  /** What asks for the page behind this one; null: there is none. */
  readonly nextCursor: string | null;
}

export interface DeliveryQuery {
  readonly tenantId: string;
  readonly triggerId?: string;
  readonly cdrId?: string;
  readonly state?: DeliveryState;
  /** The last attempt began then or later, and before; ms since the epoch. */
  readonly from?: number;
  readonly to?: number;
  /** As an earlier page gave it. Rejects with CURSOR_INVALID where it is none. */
  readonly cursor?: string;
  /** 1 to 200. */
  readonly limit: number;
}

export interface ChangeQuery {
  /** Null: of all tenants and of none. */
  readonly tenantId: string | null;
  readonly triggerId?: string;
  readonly cursor?: string;
  readonly limit: number;
}

export interface TallyQuery {
  readonly tenantId: string;
  readonly triggerIds: readonly string[];
  /** Ms since the epoch; whole hours are counted, that which `from` lies in included. */
  readonly from: number;
  readonly to: number;
}

/** One hour of one trigger: how many attempts came to what. Hours without any are left out. */
export interface HourTally {
  readonly triggerId: string;
  /** Begin of the hour, ms since the epoch. */
  readonly hour: number;
  readonly counts: Readonly<Record<AttemptOutcome, number>>;
}

/** Port: what was delivered and what was changed, as far as the topics of both were read. */
export interface History {
  deliveries(query: DeliveryQuery): Promise<Page<Delivery>>;
  /** With every attempt, in their order; null where there is none, or it is another tenant's. */
  delivery(
    tenantId: string,
    jobId: string,
  ): Promise<{ readonly delivery: Delivery; readonly attempts: readonly DeliveryAttempt[] } | null>;
  tallies(query: TallyQuery): Promise<readonly HourTally[]>;
  changes(query: ChangeQuery): Promise<Page<ChangeRecord>>;
  /** The bytes of a call, Confluent wire format, where the operator has them kept; null otherwise. */
  keptCall(tenantId: string, cdrId: string): Promise<KeptCall | null>;
}

export interface KeptCall {
  readonly value: Buffer;
  readonly partition: number;
  readonly offset: number;
  /** When it came, ms since the epoch. */
  readonly timestamp: number;
}
