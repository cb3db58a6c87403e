import { z } from "zod";
import { fieldGroups } from "../../explaining/field-groups.ts";
import { operators } from "../../triggers/trigger.ts";
import { condition, endpointState, writtenTrigger } from "./triggers.ts";
import { delivery } from "./deliveries.ts";
import { flag, guid, instant, nextCursor, pageQuery, problem, locale } from "./shapes.ts";

/** What a call has in one field, as it may be shown. */
export const shownValue = z.union([z.string(), z.number(), z.boolean()]);

/** What is told of a call in a list. Numbers and names are masked but where `reveal` was asked and allowed. */
export const callSummary = z
  .object({
    cdrId: z.string(),
    at: instant.describe("When it came."),
    partition: z.int(),
    offset: z.int(),
    fields: z
      .record(z.string(), shownValue)
      .describe("The plain fields of the call, by their names; absent ones are left out."),
  })
  .meta({ id: "CallSummary" });

export const callQuery = pageQuery.extend({ reveal: flag });
export const callPage = z.object({ items: z.array(callSummary), nextCursor });

export const storyQuery = z.strictObject({
  reveal: flag,
  from: instant
    .optional()
    .describe("From when on the topic is searched, where the call is no recent one; a day ago."),
  to: instant.optional(),
});

export const conditionVerdict = z
  .object({
    condition,
    holds: z.boolean(),
    has: z
      .array(shownValue)
      .describe("What the call has there; empty: it does not have the field."),
    mismatch: z.boolean().describe("It has a value of another type or shape there."),
  })
  .meta({ id: "ConditionVerdict" });

export const obstacle = z
  .object({
    kind: z.enum([
      "disabled",
      "over-licence",
      "suspended",
      "other-tenant",
      "created-later",
      "newer-version-refused",
    ]),
    blocks: z.boolean(),
    text: z.string().describe("All of it, in English."),
    disabledReason: z
      .string()
      .nullable()
      .describe("Why it is `disabled`, as in the trigger; null: nobody said so."),
    createdAt: instant.nullable().describe("Of `created-later`: when it was created."),
    problems: z
      .array(problem)
      .describe("Of `newer-version-refused`: what is wrong with that version."),
  })
  .meta({ id: "Obstacle" });

export const triggerStory = z
  .object({
    triggerId: guid,
    name: z.string(),
    fires: z.boolean().describe("By the trigger as it is now."),
    endpoint: endpointState,
    conditions: z.array(conditionVerdict),
    obstacles: z.array(obstacle),
    delivery: delivery.nullable().describe("What came of it."),
  })
  .meta({ id: "TriggerStory" });

/** Everything that happened to a call. */
export const callStory = z
  .object({
    call: callSummary,
    triggers: z.array(triggerStory),
    otherDeliveries: z.array(delivery).describe("Of triggers that are deleted by now."),
  })
  .meta({ id: "CallStory" });

export const field = z
  .object({
    path: z.string().describe("`cliNum`, `tags.<name>`: any name in the place of `<name>`."),
    type: z
      .enum(["text", "number", "time", "boolean", "flag", "container"])
      .describe("flag: a number that is 1 or 0."),
    group: z.enum([...fieldGroups, "other"]),
    operators: z.array(z.enum(operators)),
    meaning: z
      .string()
      .describe("In the language that was asked for; empty for fields of later versions."),
    choices: z
      .array(z.object({ value: z.string(), label: z.string() }))
      .describe("Where the field has few values, such as `dir`: what they mean."),
  })
  .meta({ id: "Field" });

export const fieldsQuery = z.strictObject({ locale });
export const fieldList = z.object({ items: z.array(field) });

export const fieldValuesQuery = z.strictObject({ path: z.string().min(1).max(500), reveal: flag });
export const fieldValues = z.object({
  calls: z.int().describe("Recent calls that were looked at."),
  items: z
    .array(z.object({ value: z.string(), count: z.int() }))
    .describe("The most frequent first, 50 at most."),
});

/** A call by its id, or a made-up one. */
export const chosenCall = z
  .strictObject({
    cdrId: z.string().min(1).max(500).nullable().default(null).describe("null: the sample."),
  })
  .default({ cdrId: null });

/** An unsaved trigger, or a saved one by its id and what is changed in it. Masks stand for what is saved. */
export const draft = z.strictObject({
  triggerId: guid.optional().describe("The saved trigger that masks are filled in from."),
  trigger: writtenTrigger,
});

export const dryRunRequest = draft.extend({ calls: z.int().min(1).max(1000).default(1000) });

/** What a trigger would have done. */
export const dryRun = z
  .object({
    calls: z
      .int()
      .describe(
        "Recent calls that were looked at: as many as were asked for, or all that are known.",
      ),
    fired: z.int(),
    oldestAt: instant.nullable(),
    newestAt: instant.nullable(),
    conditions: z.array(
      z.object({
        failed: z.int(),
        failedAlone: z.int().describe("For so many more it would fire without this condition."),
        mismatched: z.int(),
      }),
    ),
    firedFor: z.array(callSummary).describe("The newest of them, 5 at most."),
  })
  .meta({ id: "DryRun" });

export const previewRequest = draft.extend({
  call: chosenCall,
  reveal: z.boolean().default(false),
});

export const preview = z
  .object({
    method: z.string(),
    url: z.string().describe("With the query, for GET."),
    headers: z
      .array(z.object({ name: z.string(), value: z.string() }))
      .describe("Credentials and headers of the trigger's own are masked."),
    body: z.string().nullable(),
    contentType: z.string().nullable(),
    cdrId: z.string().nullable().describe("null: of the sample."),
  })
  .meta({ id: "Preview" });

export const testSendRequest = draft.extend({
  call: chosenCall,
  reveal: z.boolean().default(false),
});

/** One request that was really made. It is no delivery: `webhook-id` begins with `test_`. */
export const testSend = z
  .object({
    request: preview,
    outcome: z.enum(["answered", "failed"]),
    reason: z
      .string()
      .nullable()
      .describe("As of deliveries: timeout, connection, tls, dns, blocked-address …"),
    error: z.string().nullable(),
    answer: z
      .object({
        status: z.int(),
        headers: z.array(z.object({ name: z.string(), value: z.string() })),
        body: z
          .string()
          .nullable()
          .describe("Its begin, as text; null: it may repeat a call that was not to be revealed."),
        truncated: z.boolean(),
      })
      .nullable(),
    durationMs: z.int(),
  })
  .meta({ id: "TestSend" });

export type CallSummary = z.output<typeof callSummary>;
export type CallPage = z.output<typeof callPage>;
export type CallStory = z.output<typeof callStory>;
export type TriggerStory = z.output<typeof triggerStory>;
export type ConditionVerdict = z.output<typeof conditionVerdict>;
export type Field = z.output<typeof field>;
export type FieldValues = z.output<typeof fieldValues>;
export type DryRun = z.output<typeof dryRun>;
export type Preview = z.output<typeof preview>;
export type TestSend = z.output<typeof testSend>;
