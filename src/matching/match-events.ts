import type { ErrorCode } from "../errors.ts";
import type { Span } from "../jobs/tracer.ts";

/** What the match stage says while it works. Nothing of a call but where it stood. */
export type MatchEvent =
  | {
      /** One batch of one partition is through: its jobs and its offset are committed. */
      readonly type: "cdr.batch-matched";
      readonly topic: string;
      readonly partition: number;
      /** All CDRs of the batch, quarantined ones included. */
      readonly calls: number;
      /** Calls that at least one trigger fired for. */
      readonly matched: number;
      readonly jobs: number;
      readonly invalid: number;
      /** Reading and matching the batch, without Kafka. */
      readonly durationMs: number;
    }
  | {
      /** The same batch by tenant, calls in quarantine left out; told where tenants are counted. */
      readonly type: "cdr.tenants-counted";
      readonly tenants: ReadonlyMap<
        string,
        { readonly matched: number; readonly unmatched: number }
      >;
    }
  | {
      /** CDRs went to quarantine; said once per batch and reason, and counted by the batch. */
      readonly type: "cdr.invalid";
      readonly topic: string;
      readonly partition: number;
      /** Of the first of them. */
      readonly offset: number;
      readonly count: number;
      /** Why, by its code in errors.ts. */
      readonly reason: ErrorCode;
    }
  | {
      /** Values of a field were of another type than its trigger was checked against; said once per batch and field. */
      readonly type: "match.type-mismatch";
      readonly field: string;
      readonly count: number;
    }
  | {
      /** A call fired, and its trace is recorded; told once its jobs are committed. */
      readonly type: "cdr.traced";
      readonly span: Span;
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
      readonly tenantId: string;
      readonly cdrId: string;
      readonly jobs: number;
      /** When the matching of its batch began, and when it was committed, ms since the epoch. */
      readonly startedAt: number;
      readonly endedAt: number;
    };
