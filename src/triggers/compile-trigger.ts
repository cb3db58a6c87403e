import type { Cdr } from "../cdr/call-ended.ts";
import type { Field, FieldCatalog } from "../cdr/field-catalog.ts";
import { OnhookError } from "../errors.ts";
import { compileCondition } from "./condition.ts";
import type { OnTypeMismatch } from "./condition.ts";
import type { Condition, Trigger } from "./trigger.ts";

/** A condition ready to be asked about calls. */
export interface CompiledCondition {
  readonly condition: Condition;
  readonly field: Field;
  readonly holds: (cdr: Cdr) => boolean;
}

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

/**
 * Compiles a trigger that `checkTrigger` has passed with this catalog.
 * Throws TRIGGER_INVALID when it has not.
 */
export function compileTrigger(
  trigger: Trigger,
  catalog: FieldCatalog,
  onTypeMismatch: OnTypeMismatch,
): CompiledTrigger {
  const cdrFields = new Set<string>();
  const conditions = trigger.filters.map((condition) => {
    const field = catalog.resolve(condition.field);
    if (field === undefined) {
      throw new OnhookError("TRIGGER_INVALID", {
        problems: `${condition.field} is not a property of the CDR`,
      });
    }
    cdrFields.add(field.topLevel);
    return { condition, field, holds: compileCondition(condition, field, onTypeMismatch) };
  });
  const fires = (cdr: Cdr): boolean => conditions.every(({ holds }) => holds(cdr));
  return { trigger, cdrFields, conditions, fires };
}
