import { z } from "zod";
import { secretKinds } from "../../secrets/signing-secret.ts";
import { operators, httpMethods, triggerFormats, authSchemes } from "../../triggers/trigger.ts";
import { triggerStatuses } from "../../triggers/tenant-triggers.ts";
import { guid, instant, nextCursor, pageQuery, problem, tenantId } from "./shapes.ts";

export const condition = z
  .object({
    field: z.string(),
    op: z.enum(operators),
    values: z.array(z.string()).default([]),
    ignoreCase: z.boolean().default(false),
  })
  .meta({ id: "Condition" });

const shownAuth = z.object({
  scheme: z.enum(authSchemes),
  username: z.string().nullable(),
  password: z.string().optional().describe("Of basic, masked."),
  token: z.string().optional().describe("Of bearer, masked."),
});

/** As it is shown: every secret is masked; a mask that is written back keeps what it stands for. */
export const shownAction = z.object({
  url: z.string(),
  method: z.enum(httpMethods),
  format: z.enum(triggerFormats),
  customData: z.record(z.string(), z.string()),
  retries: z.int().min(0).max(10),
  secrets: z.array(z.string()),
  oldSecretsUntil: instant.nullable(),
  headers: z.record(z.string(), z.string()),
  auth: shownAuth.nullable(),
});

export const endpointState = z.enum(["ok", "suspended", "recovering"]);

/** The attempts of one hour. */
export const hourCounts = z.object({
  hour: instant,
  delivered: z.int(),
  failed: z.int(),
  dead: z.int(),
  cancelled: z.int(),
});

export const trigger = z
  .object({
    triggerId: guid,
    tenantId,
    name: z.string(),
    enabled: z.boolean(),
    disabledReason: z.string().nullable(),
    createdAt: instant.nullable(),
    filters: z.array(condition),
    action: shownAction,
    status: z.enum(triggerStatuses),
    endpoint: endpointState,
    refused: z
      .object({ offset: z.int(), problems: z.array(problem) })
      .nullable()
      .describe("A newer version that was written past the API and refused; this one is in force."),
  })
  .meta({ id: "Trigger" });

export const triggerListItem = trigger
  .extend({ last24Hours: z.array(hourCounts).describe("Hours without attempts are left out.") })
  .meta({ id: "TriggerListItem" });

/** Anything: the OpenAPI document tells what it should be, and the rules of triggers find what is wrong with it. */
function unchecked(schema: z.ZodType): z.ZodUnknown {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: "input" });
  return z.unknown().meta(described);
}

/**
 * What is written: the same without what follows from it. Looked at in detail by the rules of triggers, which name every
 * problem, unknown properties too; left out is the default.
 */
export const writtenTrigger = z
  .looseObject({
    name: unchecked(z.string().max(200)).optional(),
    enabled: unchecked(z.boolean()).optional(),
    filters: unchecked(z.array(z.object(condition.shape)).max(100)).optional(),
    action: unchecked(shownAction.partial().required({ url: true })),
  })
  .meta({ id: "WrittenTrigger" });

export const createTrigger = z.looseObject({
  ...writtenTrigger.shape,
  triggerId: z
    .unknown()
    .optional()
    .describe("A GUID, which operators may choose; made where it is left out."),
  generateSecret: z.boolean().default(false).describe("Has a signing secret made, shown once."),
});

export const createdTrigger = trigger
  .extend({
    secret: z.string().nullable().describe("The new signing secret; it is shown this once."),
  })
  .meta({ id: "CreatedTrigger" });

/** RFC 7396: what is null is taken out, objects are merged, lists are replaced. */
export const triggerPatch = z.record(z.string(), z.unknown()).meta({ id: "TriggerPatch" });

export const triggerQuery = pageQuery.extend({
  search: z.string().max(200).optional().describe("Part of a name or of an address' host."),
  status: z.enum(triggerStatuses).optional(),
});

export const triggerPage = z.object({
  items: z.array(triggerListItem),
  nextCursor,
  historyAway: z
    .boolean()
    .describe("Whether the history can't be asked at the moment; `last24Hours` is empty then."),
  licence: z.object({
    used: z.int(),
    maxTriggers: z.int().nullable().describe("null: no limit."),
    suspended: z.boolean(),
  }),
});

export const rotateSecret = z.strictObject({
  kind: z.enum(secretKinds).default("hmac"),
  keepOldHours: z
    .number()
    .min(0)
    .max(720)
    .default(24)
    .describe("How long the secrets before it sign besides; 0: they end at once."),
});

export const rotatedSecret = z
  .object({
    secret: z.string().describe("What signs from now on; it is shown this once."),
    publicKey: z.string().nullable().describe("Of ed25519: what receivers verify with."),
    trigger,
  })
  .meta({ id: "RotatedSecret" });

export const triggerChecked = z.object({ ok: z.boolean(), problems: z.array(problem) });

export type Condition = z.output<typeof condition>;
export type Trigger = z.output<typeof trigger>;
export type TriggerListItem = z.output<typeof triggerListItem>;
export type TriggerPage = z.output<typeof triggerPage>;
export type CreatedTrigger = z.output<typeof createdTrigger>;
export type RotatedSecret = z.output<typeof rotatedSecret>;
export type HourCounts = z.output<typeof hourCounts>;
