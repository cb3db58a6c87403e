import { z } from "zod";
import { attemptOutcomes } from "../../history/attempt-outcomes.ts";
import { deliveryStates } from "../../history/history.ts";
import { endpointState } from "./triggers.ts";
import { flag, guid, instant, nextCursor, pageQuery, tenantId } from "./shapes.ts";

export const delivery = z
  .object({
    jobId: guid.describe("The `webhook-id` of its requests."),
    triggerId: guid,
    triggerName: z.string().nullable().describe("null: the trigger is deleted."),
    cdrId: z.string(),
    state: z.enum(deliveryStates),
    attempts: z.int(),
    firstAt: instant,
    lastAt: instant,
    reason: z.string().nullable(),
    status: z.int().nullable().describe("HTTP status of the last answer, if one came."),
    durationMs: z.int().describe("Of the last attempt."),
    nextAttemptAt: instant.nullable(),
    host: z.string().nullable(),
  })
  .meta({ id: "Delivery" });

export const attempt = z
  .object({
    attempt: z.int(),
    at: instant,
    durationMs: z.int(),
    outcome: z.enum(attemptOutcomes),
    reason: z.string().nullable(),
    status: z.int().nullable(),
    error: z.string().nullable(),
    method: z.string().nullable(),
    host: z.string().nullable(),
    nextAttemptAt: instant.nullable(),
  })
  .meta({ id: "Attempt" });

export const deliveryQuery = pageQuery.extend({
  triggerId: guid.optional(),
  cdrId: z.string().min(1).max(500).optional(),
  state: z.enum(deliveryStates).optional(),
  from: instant.optional().describe("The last attempt began then or later."),
  to: instant.optional().describe("It began before."),
});
export const deliveryPage = z.object({ items: z.array(delivery), nextCursor });

export const deliveryDetailQuery = z.strictObject({ reveal: flag });
export const deliveryDetail = delivery
  .extend({
    attemptList: z.array(attempt),
    payload: z
      .object({
        contentType: z.string().nullable(),
        url: z.string().nullable(),
        body: z.string().nullable(),
      })
      .nullable()
      .describe(
        "As the trigger as it is now would send it; null: the call or the trigger is gone.",
      ),
  })
  .meta({ id: "DeliveryDetail" });

export const redelivered = z
  .object({ replayId: z.string(), jobId: guid })
  .meta({ id: "Redelivered" });

export const endpointHealth = z
  .object({
    endpointId: z.string(),
    triggerId: guid,
    host: z.string(),
    state: endpointState,
    since: instant,
    failingSince: instant,
    failures: z.int(),
    reason: z.string(),
    status: z.int().nullable(),
  })
  .meta({ id: "EndpointHealth" });
export const endpointList = z.object({
  items: z.array(endpointHealth).describe("Those that are not well."),
});

export const deadQuery = z.strictObject({
  tenantId: tenantId.optional(),
  triggerId: guid.optional(),
  reason: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** A record of the dead topic; what is null could not be read from it. */
export const deadLetter = z
  .object({
    at: instant.nullable(),
    jobId: z.string().nullable(),
    triggerId: z.string().nullable(),
    tenantId: z.string().nullable(),
    cdrId: z.string().nullable(),
    reason: z.string(),
    attempts: z.int(),
    status: z.int().nullable(),
    error: z.string(),
    partition: z.int(),
    offset: z.int(),
  })
  .meta({ id: "DeadLetter" });
export const deadList = z.object({
  items: z.array(deadLetter),
  count: z.int().describe("How many of the records that were looked at fit."),
  complete: z.boolean().describe("Whether all were looked at; otherwise the newest 50,000."),
});

const span = { from: instant.optional(), to: instant.optional() };
export const startReplay = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("dead"),
      triggerId: guid.optional(),
      reason: z.string().max(100).optional(),
      ...span,
      ratePerSecond: z.int().min(1).max(10_000).default(100),
      replayId: z
        .string()
        .optional()
        .describe("The same id goes on where an earlier run has ended."),
    }),
    z.strictObject({
      kind: z.literal("calls"),
      triggerId: guid,
      from: instant,
      to: instant,
      ratePerSecond: z.int().min(1).max(10_000).default(100),
      replayId: z.string().optional(),
    }),
  ])
  .meta({ id: "StartReplay" });

export const replay = z
  .object({
    replayId: z.string(),
    kind: z.enum(["dead", "calls"]),
    triggerId: guid.nullable(),
    state: z.enum(["running", "done", "stopped", "failed"]),
    startedAt: instant,
    endedAt: instant.nullable(),
    read: z.int().describe("Offsets passed, of `end` to pass."),
    end: z.int(),
    matched: z.int(),
    written: z.int(),
    skipped: z.int(),
    error: z
      .string()
      .nullable()
      .describe("Why it failed: `<code>: <words>`, the code one of docs/errors.md."),
  })
  .meta({ id: "Replay" });
export const replayList = z.object({
  items: z.array(replay).describe("Those that this process has run, the newest first."),
});

export type Delivery = z.output<typeof delivery>;
export type DeliveryPage = z.output<typeof deliveryPage>;
export type DeliveryDetail = z.output<typeof deliveryDetail>;
export type Attempt = z.output<typeof attempt>;
export type Replay = z.output<typeof replay>;
export type DeadLetter = z.output<typeof deadLetter>;
