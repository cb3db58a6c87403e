import type { Cdr } from "../cdr/call-ended.ts";
import type { FieldCatalog } from "../cdr/field-catalog.ts";
import { OnhookError } from "../errors.ts";
import { compileCondition } from "./condition.ts";
import type { OnTypeMismatch } from "./condition.ts";
import type { Trigger } from "./trigger.ts";

/** A trigger ready to be asked about calls. */
export interface CompiledTrigger {
  readonly trigger: Trigger;
  /** The CDR's own fields that its conditions look at: `fires` needs a CDR with these, decoded. */
  readonly cdrFields: ReadonlySet<string>;
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
    return compileCondition(condition, field, onTypeMismatch);
  });
  return { trigger, cdrFields, fires: (cdr) => conditions.every((holds) => holds(cdr)) };
}
