import { z } from "zod";
import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { actionShape } from "./check-action.ts";
import { checkCondition } from "./check-condition.ts";
import { line, orMissing, record, text, zodProblems } from "./shape-problems.ts";
import type { Condition, Problem, Trigger } from "./trigger.ts";

export interface TriggerRules {
  readonly catalog: FieldCatalog;
  /** Whether plain http addresses are accepted, for development. */
  readonly allowHttp: boolean;
}

export type TriggerCheck =
  | { readonly ok: true; readonly trigger: Trigger }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const longestName = 200;
export const longestReason = 1000;
export const mostConditions = 100;

/** In capitals or not: they are different keys all the same. */
const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export function isGuid(value: string): boolean {
  return guid.test(value);
}

function triggerShape(allowHttp: boolean) {
  return record(
    {
      triggerId: z.string(orMissing("is not text")).regex(guid, { error: "is not a GUID" }),
      tenantId: text(1, longestName),
      name: line(0, longestName).default(""),
      enabled: z.boolean({ error: "is neither true nor false" }).default(true),
      disabledReason: text(0, longestReason).nullable().default(null),
      createdAt: z
        .int({ error: "is not a time in whole milliseconds since the epoch" })
        .nullable()
        .default(null),
      filters: z
        .array(z.unknown(), { error: "is not a list of conditions" })
        .max(mostConditions, { error: `has over ${mostConditions} conditions` })
        .default([]),
      action: actionShape(allowHttp),
    },
    "is not a trigger",
  );
}

/** Both shapes made once: building one costs a hundred times what a check does. */
const shapes = { https: triggerShape(false), http: triggerShape(true) };

function conditionsOf(input: unknown): readonly unknown[] {
  const filters = (input as { readonly filters?: unknown } | null | undefined)?.filters;
  return Array.isArray(filters) ? filters.slice(0, mostConditions) : [];
}

/**
 * Checks a trigger that somebody wrote, and fills in the defaults of what was left out. Finds all problems at once; each
 * names its property by path, as in `action.url` or `filters[2].values`, and quotes no value. Source: spec, 1 and 4.
 */
export function checkTrigger(input: unknown, rules: TriggerRules): TriggerCheck {
  const shape = (rules.allowHttp ? shapes.http : shapes.https).safeParse(input);
  const problems = shape.success ? [] : zodProblems(shape.error);
  const filters: Condition[] = [];
  for (const [index, written] of conditionsOf(input).entries()) {
    const checked = checkCondition(written, `filters[${index}]`, rules.catalog);
    problems.push(...checked.problems);
    if (checked.condition !== undefined) filters.push(checked.condition);
  }
  if (!shape.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, trigger: { ...shape.data, filters } };
}
