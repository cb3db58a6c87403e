import type { z } from "zod";
import type { FileTrigger } from "../../configuration/trigger-checker.ts";
import { isRecord } from "../../configuration/mapping.ts";
import { shownTrigger } from "../../configuration/trigger-shown.ts";
import { toldTime } from "../../explaining/told-time.ts";
import { InputError } from "../../errors.ts";
import type { RefusedTrigger, TriggerState } from "../../triggers/trigger-table.ts";
import type { Trigger } from "../../triggers/trigger.ts";
import type { Problem } from "../contract/shapes.ts";
import type { shownAction, trigger as triggerShape } from "../contract/triggers.ts";

/** What the API shows besides what can be written; given back, it says nothing. */
const followed: ReadonlySet<string> = new Set([
  "createdAt",
  "disabledReason",
  "status",
  "endpoint",
  "refused",
  "last24Hours",
]);

const toldOrNull = (ms: number | null): string | null => (ms === null ? null : toldTime(ms));

type ShownAction = z.input<typeof shownAction>;

/** What of a trigger can be written, masked, in the words of the API. */
export function writableForm(trigger: Trigger): {
  readonly name: string;
  readonly enabled: boolean;
  readonly filters: Trigger["filters"];
  readonly action: ShownAction;
} {
  const { name, enabled, filters, action } = shownTrigger(trigger) as Trigger;
  const { auth } = action;
  return {
    name,
    enabled,
    filters,
    action: {
      ...action,
      secrets: [...action.secrets],
      oldSecretsUntil: toldOrNull(action.oldSecretsUntil),
      auth: auth && { ...auth, username: trigger.action.auth?.username ?? null },
    },
  };
}

/** A trigger as the API shows it. */
export function shownForm(
  { trigger, status }: TriggerState,
  refused: RefusedTrigger | undefined,
  endpoint: "ok" | "suspended" | "recovering",
): z.input<typeof triggerShape> {
  const { triggerId, tenantId, disabledReason, createdAt } = trigger;
  const { filters, ...form } = writableForm(trigger);
  return {
    triggerId,
    tenantId,
    ...form,
    filters: filters.map(({ field, op, values, ignoreCase }) => ({
      field,
      op,
      values: [...values],
      ignoreCase,
    })),
    disabledReason,
    createdAt: toldOrNull(createdAt),
    status,
    endpoint,
    refused: refused === undefined ? null : refusedForm(refused),
  };
}

function refusedForm({ offset, problems }: RefusedTrigger): {
  offset: number;
  problems: Problem[];
} {
  return { offset, problems: [...problems] };
}

const until = "action.oldSecretsUntil";
const isoPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z$/;

/** Milliseconds since the epoch, where the text is a time; else what is refused as none. */
function timeOf(given: unknown): unknown {
  if (given === null || given === undefined) return given;
  return typeof given === "string" && isoPattern.test(given) ? Date.parse(given) : Number.NaN;
}

/** What names the trigger must not say something else than the path does. */
function elsewhere(given: FileTrigger, path: Readonly<Record<string, string>>): readonly Problem[] {
  return Object.entries(path)
    .filter(([name, value]) => {
      const written = given[name];
      if (written === undefined) return false;
      return typeof written !== "string" || written.toLowerCase() !== value.toLowerCase();
    })
    .map(([name]) => ({ path: name, message: "is another than that of the path" }));
}

/**
 * What was sent, in the form by which triggers are checked; what follows from the trigger is left out. `path`: by what the
 * path names it. Throws TRIGGER_INVALID where the body names another.
 */
export function checkedForm(given: unknown, path: Readonly<Record<string, string>>): FileTrigger {
  if (!isRecord(given))
    throw new InputError("TRIGGER_INVALID", [{ path: "", message: "is not a trigger" }]);
  const problems = elsewhere(given, path);
  if (problems.length > 0) throw new InputError("TRIGGER_INVALID", problems);
  const own = Object.fromEntries(Object.entries(given).filter(([name]) => !followed.has(name)));
  const { action } = own;
  if (!isRecord(action) || !("oldSecretsUntil" in action)) return own;
  return { ...own, action: { ...action, oldSecretsUntil: timeOf(action["oldSecretsUntil"]) } };
}

/** Problems in the words of the API, which has times as text. */
export function inApiTerms(problems: readonly Problem[]): Problem[] {
  return problems.map(({ path, message }) =>
    path === until
      ? { path, message: "is not a time such as 2026-01-31T12:00:00Z" }
      : { path, message },
  );
}

/** Does it, and names what is wrong in the words of the API. */
export async function namedByApi<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.code, inApiTerms(error.problems), error.details);
  }
}
