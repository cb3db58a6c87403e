import type { AttemptOutcome } from "../jobs/delivery-attempt.ts";
import type { AttemptReason } from "./attempt-record.ts";
import type { AttemptTrace } from "./attempt-trace.ts";

/** What the deliver stage says while it works. No payload, and of the address no more than its host. */
export type DeliveryEvent =
  | {
      /** The wide line: one attempt, whole, with the decision that was taken on it. */
      readonly type: "delivery.attempted";
      readonly jobId: string;
      readonly triggerId: string;
      readonly tenantId: string;
      readonly cdrId: string;
      readonly cdrTopic: string;
      readonly cdrPartition: number;
      readonly cdrOffset: number;
      /** 1 for the first request. */
      readonly attempt: number;
      /** When it began, ms since the epoch. */
      readonly at: number;
      /** `failed` is tried again, the others are ends. */
      readonly outcome: AttemptOutcome;
      /** Null where it was delivered. */
      readonly reason: AttemptReason | null;
      /** The failure in words, without payload, address or query; null where there was none. */
      readonly problem: string | null;
      /** HTTP status, where an answer came. */
      readonly status: number | null;
      /** From the begin of the request to its end; null where no request was made. */
      readonly durationMs: number | null;
      /**
       * From the CDR's append to the begin of the job's first request; null for the later ones, where no request was made,
       * where the job had to wait for its endpoint, and where it was replayed.
       */
      readonly firstRequestMs: number | null;
      /** From the CDR's append to the 2xx; null where there was none. */
      readonly latencyMs: number | null;
      /** Milliseconds since the epoch. */
      readonly nextAttemptAt: number | null;
      readonly host: string | null;
      readonly method: string | null;
      readonly trace: AttemptTrace;
    }
  | { readonly type: "delivery.in-flight"; readonly count: number }
  | {
      /** What the stage has in hand; told when somebody asks. */
      readonly type: "delivery.surveyed";
      /** How many requests it may make at the same time. */
      readonly inFlightLimit: number;
      /** Jobs that wait in memory, for their time or for their turn. */
      readonly buffered: number;
      /** By rung, as `2s`: for how long its oldest job that has not gone out has been overdue; 0 where none is. */
      readonly overdueMs: ReadonlyMap<string, number>;
    }
  | {
      /** Connections to receivers, those that are being made included; told when somebody asks. */
      readonly type: "delivery.sockets";
      readonly busy: number;
      readonly idle: number;
    }
  /** A job's endpoint is not likely to take it soon: it waits on the ladder instead, with no attempt used up. */
  | { readonly type: "delivery.detoured" }
  /** A job was handed on twice, and this process has the other record. */
  | { readonly type: "delivery.copy-passed-over" }
  | {
      /** A retry was handed out this long after it was due; 0 where in time. */
      readonly type: "delivery.retry-overdue";
      /** The rung's delay, for example `2s`. */
      readonly tier: string;
      readonly seconds: number;
    }
  | {
      /** A record that is no job: it ends as dead, counted by this event, with no attempt told. */
      readonly type: "job.undecodable";
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
      readonly error: unknown;
    }
  /** A job can't be handled right now (the registry is away); it is tried again, and holds its place. */
  | { readonly type: "delivery.held"; readonly error: unknown }
  /** The group did not take a commit; it is said again. */
  | { readonly type: "delivery.commit-failed"; readonly error: unknown };
