import type { Cdr } from "../cdr/call-ended.ts";
import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { OnhookError } from "../errors.ts";
import { compileCondition } from "./condition.ts";
import type { CompiledCondition, OnTypeMismatch } from "./condition.ts";
import { ConditionPool } from "./condition-pool.ts";
import type { Condition, Trigger } from "./trigger.ts";

/** A trigger ready to be asked about calls. */
export interface CompiledTrigger {
  readonly trigger: Trigger;
  /** The CDR's own fields that its conditions look at: `fires` needs a CDR with these, decoded. */
  readonly cdrFields: ReadonlySet<string>;
  /** Its conditions one by one, in the order in which they stand in the trigger. */
  readonly conditions: readonly CompiledCondition[];
  /** Whether all conditions hold. Never throws. */
  readonly fires: (cdr: Cdr) => boolean;
}

function compiled(
  condition: Condition,
  catalog: FieldCatalog,
  onTypeMismatch: OnTypeMismatch,
): CompiledCondition {
  const field = catalog.resolve(condition.field);
  if (field === undefined) {
    throw new OnhookError("TRIGGER_INVALID", {
      problems: `${condition.field} is not a property of the CDR`,
    });
  }
  return { condition, field, holds: compileCondition(condition, field, onTypeMismatch) };
}

/**
 * Compiles a trigger that `checkTrigger` has passed with this catalog. Its conditions may be those of other triggers of
 * the `pool`, which is of the same catalog and `onTypeMismatch`.
 * Throws TRIGGER_INVALID when it has not been passed.
 */
export function compileTrigger(
  trigger: Trigger,
  catalog: FieldCatalog,
  onTypeMismatch: OnTypeMismatch,
  pool = new ConditionPool(),
): CompiledTrigger {
  const conditions = trigger.filters.map((condition) =>
    pool.take(condition, () => compiled(condition, catalog, onTypeMismatch)),
  );
  const cdrFields = pool.fields(conditions.map(({ field }) => field.topLevel));
  const fires = (cdr: Cdr): boolean => conditions.every(({ holds }) => holds(cdr));
  return { trigger, cdrFields, conditions, fires };
}
