import type { FieldCatalog } from "../../src/cdr/field-catalog.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { compileTrigger } from "../../src/triggers/compile-trigger.ts";
import type { CompiledTrigger } from "../../src/triggers/compile-trigger.ts";
import { ConditionPool } from "../../src/triggers/condition-pool.ts";
import { triggerInput } from "./trigger-input.ts";

/** A trigger with these conditions, checked and compiled by the catalog. */
export function compiledBy(
  catalog: FieldCatalog,
  filters: readonly object[],
  note: (path: string) => void = () => undefined,
  pool = new ConditionPool(),
): CompiledTrigger {
  const checked = checkTrigger(triggerInput({ filters }), { catalog, allowHttp: false });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return compileTrigger(checked.trigger, catalog, note, pool);
}
