import type { FieldCatalog } from "../../cdr/field-catalog.ts";
import { InputError } from "../../errors.ts";
import { isHarmless } from "../../explaining/masked-values.ts";
import type { Condition } from "../../triggers/trigger.ts";

/** What a condition asks is all that it is; the order of its values counts for nothing. */
function sameAs({ field, op, values, ignoreCase }: Condition): string {
  return JSON.stringify([field, op, values.toSorted(), ignoreCase]);
}

/** Whether it asks about what is masked where it is shown: numbers, flags, and whether there is anything, are not. */
function asksMasked({ field, op }: Condition, catalog: Pick<FieldCatalog, "resolve">): boolean {
  if (op === "exists" || op === "absent") return false;
  const type = catalog.resolve(field)?.type;
  return (type === "text" || type === "time") && !isHarmless(field);
}

/**
 * Whoever may not see the texts of calls could find them out by trying conditions on them, one character after the other.
 * Conditions that the saved trigger has may be tried: the story of each call tells what they hold for. Throws FORBIDDEN,
 * naming each condition that tells more.
 */
export function requireTellingNothing(
  filters: readonly Condition[],
  saved: readonly Condition[],
  catalog: Pick<FieldCatalog, "resolve">,
): void {
  const known = new Set(saved.map(sameAs));
  const problems = filters.flatMap((condition, at) =>
    asksMasked(condition, catalog) && !known.has(sameAs(condition))
      ? [{ path: `filters[${at}]`, message: "asks about a text that is masked for you" }]
      : [],
  );
  if (problems.length > 0) throw new InputError("FORBIDDEN", problems, { scope: "values:reveal" });
}
